#!/usr/bin/perl

# mxcarve -j: the same output, whatever the number of threads, wherever blocks
# and windows end.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

my $dir = dir();
my $mb = 1024 * 1024;
my $f = "$dir/big.img";
my @line = split /^/, $log;

sub gz {
	put("$dir/z", @_);
	system('gzip', '-nf', "$dir/z") == 0 or die "gzip\n";
	return slurp("$dir/z.gz");
}

# Mostly a hole: lines across the ends of blocks, before them, behind them, a
# compressed file across one, and a log of many blocks.
put($f, '');
truncate $f, 150 * $mb or die "truncate: $!\n";
open my $h, '+<:raw', $f or die "$f: $!\n";
my $at = sub { my ($off, $s) = @_; seek $h, $off, 0; print $h $s };
my $n = 1;
for my $back (0, 1, 20, 45, 63, 64, 65, 100, 200) {
	$at->($n++ * 3 * $mb - $back, "\n$line[$n]");
}
$at->(40 * $mb - 300, join '', @line[1 .. 8]);
$at->(50 * $mb - 3000, gz(big_log(300)));
$at->(60 * $mb + 17, big_log(7000) =~ s/^Sep  1/Sep  2/mgr);
$at->(90 * $mb - 131072 - 20, $log =~ s/^Sep  1/Sep  3/mgr);
$at->(150 * $mb - length $line[5], $line[5]);
close $h;

my $one = run('mxcarve', '-q', '-y', 2026, $f);
is($one->{status}, 0, 'one thread');
cmp_ok(scalar(() = $one->{out} =~ /"type":"event"/g), '>', 36000, 'all lines');
my $all = run('mxcarve', '-q', '-y', 2026, '--copies', $f);
for my $off (map { 3 * $mb * $_->[0] - $_->[1] + 1 } [1, 0], [2, 1], [3, 20], [4, 45], [5, 63], [6, 64], [7, 65], [8, 100], [9, 200]) {
	ok($all->{out} =~ /"off":$off,/, "the line at $off");
}
for my $j (2, 3, 16) {
	my $r = run('mxcarve', '-q', '-y', 2026, '-j', $j, $f);
	ok($r->{out} eq $one->{out}, "-j $j: the same");
	is($r->{status}, 0, 'status');
}
for my $o (['--offset', 12345], ['--offset', 3 * $mb - 10, '--length', 120 * $mb], ['--disk-order', '--copies'], ['--hash', 'md5']) {
	my ($a, $b) = map { run('mxcarve', '-q', '-y', 2026, @$_, @$o, $f)->{out} } [], ['-j', 2];
	ok($a eq $b, "@$o: the same");
}
is(run('mxcarve', '-q', '-y', 2026, '-', { from => $f })->{out} =~ s/"src":"-/"src":"$f/gr =~ s/"type":"source".*//r,
    $one->{out} =~ s/"type":"source".*//r, 'from a pipe: the same');
is(run('mxcarve', '-j', $_, $f)->{status}, 2, "-j $_ is none") for 0, 65, 'x';

done_testing();
