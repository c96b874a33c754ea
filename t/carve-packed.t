#!/usr/bin/perl

# mxcarve: queue files and logs of queues in what is compressed, as in the
# extents of a file system that compresses, or in a copy of a spool.  The files
# are those of samples/queue; zstd, gzip, xz and tar pack them, and zlib, as
# btrfs does.  samples/carve/btrfs-zlib.gz is a leaf of a real btrfs (Linux
# 6.18, compress-force=zlib), which has small files in it, and behind it two
# extents of a log; the want names what was put there, but for the line that
# lies in both.

use strict;
use warnings;
use lib 't';
use Compress::Zlib ();
use Digest::SHA 'sha256_hex';
use Test::More;
use Mx;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

my $dir = dir();
my $file = slurp('samples/queue/400008000D');
my $log = "\n<a\@example.net>: x\nrecipient=a\@example.net\noffset=670\nstatus=4.4.1\naction=delayed\nreason=x\n\n";
my @tool = grep { system("$_->[0] -V >/dev/null 2>&1") == 0 } ['zstd', '-ZSTD'], ['gzip', '-GZIP'], ['xz', '-XZ'];
push @tool, ['zlib', '-ZLIB'];

sub packed {
	my ($tool, $bytes) = @_;

	return Compress::Zlib::compress($bytes, 3) if $tool eq 'zlib';
	return sh($tool, '-c', { in => $bytes })->{out};
}

# The file records of an image that holds these bytes at 4096.
sub carve {
	my ($bytes, @options) = @_;
	my $f = put("$dir/disk.img", "\0" x 4096 . $bytes . "\0" x 8192);
	my $r = run('mxcarve', '-q', @options, $f);

	return grep { $_->{type} eq 'file' } decoded($r->{out});
}

for (@tool) {
	my ($tool, $path) = @$_;
	my ($f, @more) = carve(packed($tool, $file));

	is(scalar(@more), 0, "$tool: one file");
	is($f->{sha256}, sha256_hex($file), "$tool: byte for byte");
	is("$f->{src} $f->{off} $f->{len}", "$dir/disk.img\@4096$path 0 " . length $file, "$tool: its place");
	is($f->{recovered}, 'whole', "$tool: whole");
	ok($f->{complete}, "$tool: complete");
	($f) = carve(packed($tool, $log));
	is($f->{sha256}, sha256_hex($log), "$tool: a log");
	is($f->{format}, 'bounce-log', "$tool: which it is");
	# The front of a file whose rest is in another extent.
	($f) = carve(packed($tool, substr $file, 0, 1000));
	is($f->{recovered}, 'cut', "$tool: cut");
	ok(!$f->{complete}, "$tool: not complete");
	# Near misses.
	(my $bad = $file) =~ s/^C_/D_/;
	is(scalar(grep { $_->{recovered} eq 'whole' } carve(packed($tool, $bad))), 0, "$tool: no first record");
}

# zlib: any level, and anywhere; with near misses.
for my $level (1, 3, 6, 9) {
	my ($f) = carve(Compress::Zlib::compress($file, $level));

	is($f->{recovered}, 'whole', "zlib, level $level");
	($f) = carve('x' . Compress::Zlib::compress($file, $level));
	is("$f->{src} $f->{recovered}", "$dir/disk.img\@4097-ZLIB whole", "zlib, level $level, between others");
}
my $z = packed('zlib', $file);
for (['its header', 1], ['a dictionary', 0x5e ^ 0x7d]) {
	my ($what, $bits) = @$_;
	my $bad = $z;

	substr($bad, 1, 1) ^= chr $bits;
	is(scalar(carve($bad)), 0, "zlib: $what is wrong");
}
for (['right', 0, 'high'], ['wrong', 1, 'medium']) {
	my ($what, $bits, $want) = @$_;
	my $bytes = packed('zlib', $Mx::log);

	substr($bytes, -1) ^= chr $bits;
	my $r = run('mxcarve', '-q', put("$dir/sum.img", "\0" x 4096 . $bytes . "\0" x 8192));
	is_deeply([map { $_->{confidence} // () } decoded($r->{out})], [($want) x ($Mx::log =~ tr,\n,,)], "zlib: a sum that is $what");
}
{
	my @want = split /\n/, slurp('samples/carve/btrfs-zlib.want');
	my ($sum, $n) = (pop @want) =~ /^(\w+) (\d+) lines$/;
	put("$dir/btrfs.img", Compress::Zlib::memGunzip(slurp('samples/carve/btrfs-zlib.gz')));
	my $r = run('mxcarve', '-q', 'btrfs.img', { cd => $dir });
	my @all = decoded($r->{out});
	my %got = map { $_->{sha256} => 1 } grep { $_->{type} eq 'file' && $_->{recovered} eq 'whole' } @all;
	my $lines = join '', grep { /"daemon":"smtp"/ && !/"note":"[^"]*cut/ } split /^/, $r->{out};
	my $q = run('mxquote', '-q', '-', { in => $lines, cd => $dir });

	is_deeply([sort keys %got], [sort @want], 'btrfs: the small files');
	is(sha256_hex($q->{out}), $sum, "btrfs: $n lines of a log, byte for byte");
	is(scalar(grep { $_->{type} eq 'event' && ($_->{note} // '') =~ /cut/ } @all), 2, 'btrfs: lines that another extent has the rest of are cut');
	is($r->{status}, 0, 'btrfs: status');
}

# Of an archive what is near its front: to look back there is to decode again.
mkdir "$dir/q";
put(sprintf("$dir/q/%03d", $_), $file . ' ' x $_) for 1 .. 9;
put("$dir/q/999", "\1" x 2_000_000);
put("$dir/q/zzz", $file);
my $tar = sh('tar', '-cf', '-', '--sort=name', '-C', $dir, 'q')->{out};
my @f = carve(packed('gzip', $tar));
is(scalar(grep { $_->{recovered} eq 'whole' && $_->{sha256} eq sha256_hex($file) } @f), 9, 'files in an archive');
is(scalar(grep { $_->{off} > 1024 * 1024 } @f), 0, 'none far from its front');
is(scalar(grep { !exists $_->{off} } @f), 0, 'each has its place');

done_testing;
