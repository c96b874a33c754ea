#!/usr/bin/perl

# The unit programs, t/unit/*.c: built, run, and their TAP passed on under
# one numbering.  A program that dies, tells fewer results than it planned,
# or runs no test at all has failed.

use strict;
use warnings;

my $bin = $ENV{MX_BIN} || 'bin';
my @names = map { m{([^/]+)\.c$} } sort glob 't/unit/*.c';
my ($n, $bad) = (0, 0);

$| = 1;
# What programs write as they are told; one of them may not set it itself.
$ENV{CMOCKA_MESSAGE_OUTPUT} = 'TAP';

sub result {
	my ($ok, $text) = @_;

	$n++;
	$bad++ unless $ok;
	print $ok ? 'ok' : 'not ok', " $n - $text\n";
}

if (!$ENV{MX_BUILT}) {
	my @san = $bin eq 'bin/san' ? ('SAN=1') : ("BIN=$bin");

	delete $ENV{MAKEFLAGS};
	result(system('make', '-s', '-k', '-j2', @san, 'units') == 0,
	    'the unit programs build');
}
for my $name (@names) {
	my $prog = "$bin/obj/t/unit/$name";
	my ($plan, $seen, $skip) = (0, 0);

	if (!-x $prog) {
		result(0, "$name: not built");
		next;
	}
	open my $p, '-|', "$prog 2>&1" or die "$prog: $!\n";
	while (<$p>) {
		chomp;
		if (/^1\.\.(\d+)(?:\s*#\s*skip\s*(.*))?/i) {
			$plan += $1;
			$skip = $2 || 'skipped' if $1 == 0;
		} elsif (/^(not )?ok\b\s*\d*\s*(?:-\s*)?(.*)/) {
			$seen++;
			result(!$1, "$name: $2");
		} else {
			# Diagnostics; prove shows those of standard error.
			print STDERR "# $name: $_\n"
			    if !/^#? ?ok - / && /\S/;
		}
	}
	close $p;
	if ($? & 127) {
		result(0, "$name: ended by signal " . ($? & 127));
	} elsif ($plan == 0 && $seen == 0 && $skip) {
		result(1, "$name # SKIP $skip");
	} elsif ($seen == 0 || $seen < $plan) {
		result(0, "$name: $seen of $plan tests ran, status " .
		    ($? >> 8));
	} elsif ($? != 0 && !$bad) {
		result(0, "$name: status " . ($? >> 8));
	}
}
print "1..$n\n";
exit($bad ? 1 : 0);
