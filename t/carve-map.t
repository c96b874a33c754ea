#!/usr/bin/perl

# mxcarve --map and --rest: where in an image the evidence lies, and what is
# none of it.  The image is made here, so where everything lies is known.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

my $dir = dir();
my $unit = 4096;

# Bytes that look random, the same each time.
my $seed = 1;
sub noise {
	my ($n) = @_;

	return substr join('', map { $seed = ($seed * 1103515245 + 12345) & 0x7fffffff;
	    pack 'n', $seed >> 8 & 0xffff } 1 .. $n / 2 + 1), 0, $n;
}

my $text = "It is a long way, and none of it is a log.\n" x 500;
put("$dir/z", $log x 20);
system('gzip', '-nf', "$dir/z") == 0 or die "gzip\n";
my $gz = slurp("$dir/z.gz");
my @at = ([o => noise(2 * $unit)], [L => $log], ['.' => "\0" x (3 * $unit)],
    [t => substr $text, 0, 2 * $unit], [G => $gz], [o => noise($unit)]);
my ($image, $want, %bytes) = ('', '');
for (@at) {
	my ($letter, $data) = @$_;
	my $n = int((length($data) + $unit - 1) / $unit);

	$_->[2] = length $image;
	$want .= $letter x $n;
	$bytes{$letter} += length $data;
	$image .= $data . "\0" x ($n * $unit - length $data);
}
my $f = put("$dir/an image.img", $image);

subtest 'text' => sub {
	my $r = run('mxcarve', '-q', '-y', 2026, '--map', '-', $f);
	my ($row) = $r->{out} =~ /^ +0  (.*)$/m;

	is($r->{status}, 0, 'status');
	is($row, $want, 'a letter for each block');
	like($r->{out}, qr/^\Qan image.img\E|^Mail evidence in \Q$f\E$/m, 'title');
	unlike($r->{out}, qr/^\{/m, 'no records beside it');
	like($r->{out}, qr/^G  compressed, with evidence +@{[length $gz]} bytes$/m, 'bytes of the gzip file') if length $gz < 1024;
	my $k = length($log) / 1024;
	like($r->{out}, qr/^L  log lines +@{[int $k]}(?:\.\d)? KB$/m, 'bytes of the log');
	my $pipe = run('mxcarve', '-q', '--map', '-', '-', { in => $image });
	is($pipe->{out} =~ s/ in -$/ in $f/mr, $r->{out} =~ s/\nRuns of other text.*//sr, 'the same from a pipe, but for the types');
	is((run('mxcarve', '-q', '--offset', 2 * $unit, '--length', $unit, '--map', '-', $f)->{out} =~ /^ +0  (.*)$/m)[0],
	    '  L', '--offset, --length: the rest is not said to be anything');
};

subtest 'cells grow' => sub {
	my $big = put("$dir/big.img", '');

	truncate $big, 5000 * 4096 or die "truncate: $!\n";
	open my $h, '+<:raw', $big or die "$big: $!\n";
	seek $h, 4998 * 4096, 0;
	print $h substr $log, 0, 3000;
	close $h;
	my $out = run('mxcarve', '-q', '--map', '-', $big)->{out};
	my @row = $out =~ /^ +\d+  (.*)$/mg;

	like($out, qr/a character is 8 KB/, 'a character is two cells');
	is(join('', @row), '.' x 2499 . 'L', 'and shows what either holds');
};

subtest 'SVG' => sub {
	my $name = put("$dir/a&<b>\x1b\"'.img", $image);
	my $r = run('mxcarve', '-q', '-y', 2026, '--map', "$dir/m.svg", $name);
	my $svg = slurp("$dir/m.svg");

	is($r->{status}, 0, 'status');
	like($r->{out}, qr/"type":"event"/, 'and the records');
	like($svg, qr/a&amp;&lt;b&gt;\\u001b&quot;&#39;\.img<\/text>/, 'the name is escaped');
	unlike($svg, qr/\x1b/, 'no control characters');
	my ($x) = map { 120 + $_->[2] / $unit * 8 } grep { $_->[0] eq 'L' } @at;
	like($svg, qr/class="log" x="$x" y="48"[^>]*><title>@{[2 * $unit]} to /, 'the log at its place');
	is((stat "$dir/m.svg")[2] & 0777, 0600, 'for us only');
	SKIP: {
		skip 'no xmllint', 1 if system('xmllint --version >/dev/null 2>&1') != 0;
		is(system('xmllint', '--nonet', '--noout', "$dir/m.svg"), 0, 'well-formed');
	}
	my $again = run('mxcarve', '-q', '--map', "$dir/m.svg", $name);
	is($again->{status}, 2, 'a file that is there is not written over');
	is(slurp("$dir/m.svg"), $svg, 'nor touched');
	symlink "$dir/nowhere", "$dir/link";
	is(run('mxcarve', '-q', '--map', "$dir/link", $name)->{status}, 2, 'a symbolic link is not followed');
	ok(!-e "$dir/nowhere", 'nothing is made behind it');
};

# What libmagic says of the first block of each run.
subtest 'types' => sub {
	my $zero = "\0" x $unit;
	my @other = ("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0" . noise(3 * $unit - 29),
	    "\0" x $unit . "%PDF-1.4\n" . noise(2 * $unit - 9), "\0" x (2 * $unit) . "#!/bin/sh\n" . substr($text, 0, $unit - 10),
	    "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0" . noise($unit - 29));
	my $image = join $zero, @other, $log . "\0" x ($unit - length $log), $zero;
	my $t = put("$dir/types.img", $image);
	my $r = run('mxcarve', '-q', '-y', 2026, '--map', '-', $t);

	is($r->{status}, 0, 'status');
	is($r->{out} =~ s/.*\nRuns of other text and bytes, by what they begin as\n//sr,
	    join('', map { sprintf "%7d  %-40s  %s\n", @$_ } [2, 'image/png', '16 KB'], [1, 'application/pdf', '8 KB'], [1, 'text/x-shellscript', '4 KB']), 'the table');
	run('mxcarve', '-q', '-y', 2026, '--map', "$dir/types.svg", $t);
	my $svg = slurp("$dir/types.svg");
	is(join(' ', $svg =~ /; begins as ([^<]*)</g), 'image/png application/pdf text/x-shellscript image/png', 'the titles');
	like($svg, qr/<title>0 to @{[3 * $unit]}: other bytes, 12 KB; begins as image\/png<\/title>/, 'one of them');
	# Each of these is what libmagic says of its block, and no more than that.
	SKIP: {
		skip 'no file(1)', 1 if sh('sh', '-c', 'command -v file')->{status} ne '0';
		is(join(' ', map { put("$dir/block", substr s/^\0+//r, 0, $unit); sh('file', '-b', '--mime-type', "$dir/block")->{out} =~ s/\n//r } @other),
		    'image/png application/pdf text/x-shellscript image/png', 'as file says');
	}
	# Thousands of runs: the longest ones, in bounded time.
	put("$dir/runs.img", map { $_ % 40 == 39 ? ($zero, substr($text, 0, $unit), substr($text, 0, $unit)) : ($zero, substr $text, 0, $unit) } 1 .. 2000);
	$r = run('mxcarve', '-q', '--map', '-', "$dir/runs.img");
	like($r->{out}, qr/^     50  text\/\w+ +400 KB$/m, 'of too many the longest');
	my $off = run('mxcarve', '-q', '-y', 2026, '--offset', 4 * $unit, '--length', 3 * $unit, '--map', '-', $t);
	like($off->{out}, qr/^      1  application\/pdf +8 KB\n\z/m, '--offset, --length: no more than that') or diag($off->{out});
};

subtest 'rest' => sub {
	my $r = run('mxcarve', '-q', '--rest', "$dir/rest.img", $f);
	my $rest = slurp("$dir/rest.img");
	my $expect = $image;
	my ($l, $g) = map { my $k = $_; grep { $_->[0] eq $k } @at } 'L', 'G';

	substr($expect, $l->[2], length $log) = "\0" x length $log;
	substr($expect, $g->[2], length $gz) = "\0" x length $gz;
	is($r->{status}, 0, 'status');
	ok($rest eq $expect, 'all but what was found, at the same offsets');
	is(run('mxcarve', '-q', "$dir/rest.img")->{status}, 1, 'in which nothing more is found');
	is(run('mxcarve', '--rest', "$dir/r2", '-', { in => $image })->{status}, 2, 'not of a pipe');
	is(run('mxcarve', '--rest', "$dir/r2", $f, "$dir/rest.img")->{status}, 2, 'nor of two images');
	ok(!-e "$dir/r2", 'no file was made for them');
	# What ends in evidence is as long, too.
	run('mxcarve', '-q', '--rest', "$dir/r3", put("$dir/end.img", $log));
	is(-s "$dir/r3", length $log, 'as long as the image');
};

done_testing();
