#!/usr/bin/perl

# mxcarve: queue files and logs of queues in what is compressed, as in the
# extents of a file system that compresses, or in a copy of a spool.  The files
# are those of samples/queue; zstd, gzip, xz and tar pack them.

use strict;
use warnings;
use lib 't';
use Digest::SHA 'sha256_hex';
use Test::More;
use Mx;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

my $dir = dir();
my $file = slurp('samples/queue/400008000D');
my $log = "\n<a\@example.net>: x\nrecipient=a\@example.net\noffset=670\nstatus=4.4.1\naction=delayed\nreason=x\n\n";
my @tool = grep { system("$_->[0] -V >/dev/null 2>&1") == 0 } ['zstd', '-ZSTD'], ['gzip', '-GZIP'], ['xz', '-XZ'];

sub packed {
	my ($tool, $bytes) = @_;

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
