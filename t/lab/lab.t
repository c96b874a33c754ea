#!/usr/bin/perl

# A real Postfix, with known truth, against mxtrace.  Run from the root of
# the tree: prove t/lab/lab.t.  MXTRACE names another mxtrace; LAB_FULL=1
# makes the full run; LAB_OUT keeps logs and traces in that directory.

use strict;
use warnings;
use File::Temp;

my $mxtrace = $ENV{MXTRACE} // 'bin/mxtrace';
my $why = $> != 0 ? 'the lab needs root'
    : !-x $mxtrace ? "no $mxtrace"
    : !-x '/usr/lib/postfix/sbin/master' ? 'Postfix is not installed'
    : !-x '/usr/sbin/rsyslogd' ? 'rsyslogd is not installed'
    : !eval { require IO::Socket::SSL; 1 } ? 'IO::Socket::SSL is not installed'
    : !-x '/usr/bin/openssl' ? 'openssl is not installed' : undef;
if ($why) {
	print "1..0 # SKIP $why\n";
	exit 0;
}
my $out = $ENV{LAB_OUT} // File::Temp::tempdir('lab.XXXXXX', TMPDIR => 1,
    CLEANUP => 1);
my @quick = $ENV{LAB_FULL} ? () : '--quick';
my ($n, $bad) = (0, 0);

sub ok {
	my ($ok, $name, $diag) = @_;

	$n++;
	print $ok ? 'ok' : 'not ok', " $n - $name\n";
	return if $ok;
	$bad++;
	# Where prove shows it, too.
	print STDERR "# $name\n";
	print STDERR "# $_\n" for split /\n/, $diag // '';
}

ok(system('t/lab/run', @quick, $out) == 0, 'the bed holds');
if (!$bad) {
	for my $f (glob "$out/*.log") {
		my ($name) = $f =~ m{([^/]+)\.log$};
		next if $name eq 'postlogd';
		my @also = grep { -e } "$out/postlogd.log";
		my $trace = "$out/$name.ndjson";
		my $st = system "$mxtrace '$f' @also > '$trace' 2>'$out/$name.err'";
		ok($st == 0, "$name: mxtrace ends well",
		    "status " . ($st >> 8) . "\n" . `tail -5 '$out/$name.err'`);
		my @opt = $name eq 'rfc5424' ? '--lost-tag' : ();
		open my $p, '-|', 't/lab/check', @opt, $trace, "$out/truth.ndjson"
		    or die "check: $!\n";
		my @diag;
		while (<$p>) {
			chomp;
			if (/^((?:not )?ok) \d+ - (.*)/) {
				ok($1 eq 'ok', "$name: $2");
			} elsif (/^#/) {
				print STDERR "$_\n";
			}
		}
		close $p;
		ok(($? >> 8) != 2, "$name: the check could read it all");
	}
}
if (!$bad && -e "$out/iso.log") {
	# the same by mxtls, under three policies
	my $bin = $mxtrace =~ s{/[^/]*$}{}r;
	for my $x ([ 'iso.log', 'all.log' ], [ 'postlogd.log', 'all-postlogd.log' ], [ 'truth.ndjson', 'all.truth' ]) {
		unlink "$out/$x->[1]";
		symlink $x->[0], "$out/$x->[1]";
	}
	local $ENV{MX_BIN} = $bin;
	my $said = `$^X t/lab/verdicts.t '$out/all.truth' 2>&1`;
	ok($? == 0, 'the verdicts of mxtls', $said);
	unlink map { "$out/$_" } 'all.log', 'all-postlogd.log', 'all.truth';
}
print "1..$n\n";
exit($bad ? 1 : 0);
