#!/usr/bin/perl

# Damaged compressed logs: what stands before the damage is read, the damage
# is told with its place, and the status is 2.  gzip and xz give all up to the
# damage; zstd and bzip2 at most lose the block that is damaged.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

my $dir = dir();
# Decoded bytes that may be lost before the damage.
my %lost = (gz => 0, xz => 0, zst => 131072, bz2 => 100000);
my %pack = (gz => 'gzip -nc', xz => 'xz -c', zst => 'zstd -qc', bz2 => 'bzip2 -1c');
my %unpack = (gz => 'gzip -dc', xz => 'xz -dc', zst => 'zstd -qdc', bz2 => 'bzip2 -dc');

# Lines that do not compress well, each of its own.
my $seed = 1;
sub word {
	my $s = '';

	for (1 .. 24) {
		$seed = ($seed * 1103515245 + 12345) % 2147483648;
		$s .= chr 97 + ($seed >> 16) % 26;
	}
	return $s;
}
my @line = map { sprintf "Sep  1 %02d:%02d:%02d mx postfix/cleanup[4]: %05X14020A: message-id=<%s\@%s.example.org>\n",
    10 + $_ / 3600, $_ / 60 % 60, $_ % 60, $_, word(), word() } 0 .. 5999;
my $log = join '', @line;

sub packed {
	my ($ext, $text) = @_;

	put("$dir/whole", $text);
	return sh('sh', '-c', "$pack{$ext} <'$dir/whole'")->{out};
}

# What the format's own program makes of it: its length up to the damage.
sub reference {
	my ($ext, $bytes) = @_;

	return length sh('sh', '-c', "$unpack{$ext} 2>/dev/null", { in => $bytes })->{out};
}

my $r;
# The lines of a file with those bytes, as they were logged.
sub lines_of {
	my ($ext, $bytes) = @_;

	$r = run('mxlog', '-q', '-y', 2026, '-z', 'UTC', put("$dir/d.log.$ext", $bytes));
	my @text = $r->{out} =~ /^\{"type":"event",.*?"text":"(.*?)",/mg;

	return @text;
}

sub told {
	my ($ext, $what, $at, $size) = @_;
	my @e = grep { /d\.log\.$ext: offset \d+: / } @{$r->{errs}};

	is($r->{status}, 2, "$what: status");
	is(scalar @e, 1, "$what: told once") or diag($r->{err});
	my ($off) = ($e[0] // '') =~ /offset (\d+)/;
	ok(defined $off && $off <= $size, "$what: at an offset in the file");
	like($e[0] // '', qr/damaged|cut off|ends|does not match/, "$what: in words");
	unlike($e[0] // '', qr/cannot be unpacked/, "$what: the format is known");
	like($r->{out}, qr/"type":"source".*"damaged":/, "$what: in its record");
}

for my $ext (sort keys %pack) {
	my $whole = packed($ext, $log);
	my $size = length $whole;

	is(scalar(lines_of($ext, $whole)), scalar @line, "$ext: whole");
	is($r->{status}, 0, "$ext: whole: status");
	for my $part (0.01, 0.1, 0.35, 0.5, 0.77, 0.95) {
		my $n = int $size * $part;
		my $cut = substr $whole, 0, $n;
		my $what = sprintf '%s cut off at %d of %d', $ext, $n, $size;
		my @e = lines_of($ext, $cut);
		my $bytes = 0;

		told($ext, $what, $n, $n);
		# Line by line the same; the last may be cut.
		my $last = pop @e;
		my $same = grep { $line[$_] =~ /: \Q$e[$_]\E\n\z/ } 0 .. $#e;
		is($same, scalar @e, "$what: the lines are the log's");
		$bytes += length $line[$_] for 0 .. $#e;
		my $want = reference($ext, $cut) - $lost{$ext} - 300;
		cmp_ok($bytes, '>=', $want, "$what: nothing else is lost");
	}
	# One bit, near the beginning, in the middle, at the end.
	for my $at (40, int($size / 3), int($size * 0.6), $size - 5) {
		my $bad = $whole;
		my $what = "$ext, a bit at $at of $size";

		substr($bad, $at, 1) ^= "\x10";
		lines_of($ext, $bad);
		told($ext, $what, $at, $size);
	}
	# A second stream behind the first, cut.
	next if $ext eq 'gz';
	my $two = $whole . substr $whole, 0, $size / 2;
	my @e = lines_of($ext, $two);
	told($ext, "$ext, the second of two cut off", 0, length $two);
	cmp_ok(scalar @e, '>=', @line - $lost{$ext} / length $line[0],
	    "$ext: the first stream is there");
	# Foreign bytes behind the end.
	@e = lines_of($ext, $whole . "\0" x 7 . 'garbage');
	cmp_ok(scalar @e, '>=', @line - $lost{$ext} / length $line[0],
	    "$ext: bytes behind the end: the stream is there");
}

subtest 'a small log' => sub {
	# All of it fits into one block of the decoder.
	my $small = join '', @line[0 .. 99];
	for my $ext (sort keys %pack) {
		my $whole = packed($ext, $small);
		my $cut = substr $whole, 0, length($whole) - 9;

		is(scalar(lines_of($ext, $whole)), 100, "$ext: whole");
		lines_of($ext, $cut);
		told($ext, "$ext: cut at the end", 0, length $cut);
	}
};

subtest 'in a bundle' => sub {
	# The one before is whole.
	put("$dir/a.log", join '', @line[0 .. 99]);
	put("$dir/b.log", @line[100 .. 5999]);
	for my $z ([ 'tar.xz', 'xz' ], [ 'tar.bz2', 'bz2' ], [ 'tgz', 'gz' ]) {
		my $t = packed($z->[1], sh('tar', '-C', $dir, '-cf', '-',
		    'a.log', 'b.log')->{out});
		$r = run('mxlog', '-q', '-y', 2026, '-z', 'UTC',
		    put("$dir/d.$z->[0]", substr $t, 0, length($t) / 2));
		is($r->{status}, 2, "$z->[0]: status");
		like($r->{err}, qr/d\.\Q$z->[0]\E: offset \d+: /, "$z->[0]: told");
		is(scalar(() = $r->{out} =~ /"src":"[^"]*a\.log"/g), 100,
		    "$z->[0]: the first file is whole");
		ok(scalar(() = $r->{out} =~ /"src":"[^"]*b\.log"/g) > 1000,
		    "$z->[0]: the second begins");
	}
};

done_testing;
