#!/usr/bin/perl

# The excerpts in samples/lab, samples/site and samples/postfix-* against the
# truth beside them.  Needs no root and no Postfix.  MXTRACE names another mxtrace.

use strict;
use warnings;
use File::Temp;

my $mxtrace = $ENV{MXTRACE} // 'bin/mxtrace';
my @truth = glob 'samples/{lab,site,postfix-*}/*.truth';
if (!-x $mxtrace || !@truth) {
	print '1..0 # SKIP ', @truth ? "no $mxtrace" : 'no samples', "\n";
	exit 0;
}
print '1..', scalar @truth, "\n";
my $tmp = File::Temp->new;
my ($n, $bad) = (0, 0);
for my $t (@truth) {
	(my $name = $t) =~ s/\.truth$//;
	my @logs = grep { -e } "$name.log", "$name-postlogd.log";
	my $lost = $name =~ /-rfc5424$/ ? '--lost-tag' : '';
	open my $p, '-|', "$mxtrace -y 2026 @logs >$tmp && " .
	    "t/lab/check $lost $tmp $t" or die "samples: $!\n";
	my @l = <$p>;
	my $ok = close $p;
	$n++;
	print $ok ? 'ok' : 'not ok', " $n - $name\n";
	next if $ok;
	$bad++;
	print map { /^not ok/ ? "# $_" : $_ } grep { !/^ok|^1\.\./ } @l;
}
exit($bad ? 1 : 0);
