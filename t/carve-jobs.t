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
# Compressed files that threads look at ahead: with lines and without, whole,
# cut off, at and across the ends of blocks and of what threads look at at once,
# one in another, and one whose bytes look like the start of others.
my $dull = gz(join ' ', map { $_ * 7919 % 10007 } 1 .. 20000);
my $with = gz(join '', map { s/^Sep  1/Sep  5/r } @line);
for my $p ([100 * $mb - 1, $with], [101 * $mb - 9, $dull], [102 * $mb - 40, $with], [103 * $mb + 65536 - 63, $dull . $with],
    [104 * $mb, substr $dull, 0, 9000], [104 * $mb + 65536, $with], [105 * $mb - 20000, $dull], [106 * $mb, gz($with)],
    [107 * $mb, gz("\x1f\x8b\x08\0" x 5000)], [108 * $mb, "\x1f\x8b\x08\0\0\0\0\0\0\0" x 2000], [109 * $mb, ($dull, $with) x 40],
    [112 * $mb - 3, substr $with, 0, length($with) / 2]) {
	my ($off, @s) = @$p;

	$at->($off, join '', @s);
}
close $h;

my $one = run('mxcarve', '-q', '-y', 2026, $f);
is($one->{status}, 0, 'one thread');
cmp_ok(scalar(() = $one->{out} =~ /"type":"event"/g), '>', 36000, 'all lines');
cmp_ok(scalar(() = run('mxcarve', '-q', '-y', 2026, '--copies', $f)->{out} =~ /GZIP","off":0,/g), '>=', 44, 'every compressed file');
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
