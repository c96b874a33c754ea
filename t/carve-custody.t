#!/usr/bin/perl

# mxcarve and images that are damaged: sectors that cannot be read, chunks of
# an EWF image whose checksum is wrong, a stored hash that is not that of the
# data.  All the rest is still read.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;
use Mx 'line';

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

my $dir = dir();
my $n = 0;
# A line in each sector, so that what is lost can be counted.
my $image = join '', map { my $l = line($_, "postfix/qmgr[1]: 1E2401402" . sprintf('%02X', $_ % 256) . ': removed'); $l . "\0" x (512 - length $l) } 1 .. 400;
my $f = put("$dir/d.img", $image);

sub records { return decoded($_[0]{out}) }
sub source { return (grep { $_->{type} eq 'source' } records($_[0]))[0] }
sub lines_of { return grep { $_->{type} eq 'event' } records($_[0]) }

my $good = run('mxcarve', '-y', 2026, $f);
is(scalar(lines_of($good)), 400, 'a line in each sector');

subtest 'sectors that cannot be read' => sub {
	plan skip_all => 'a sanitizer has to come first' if sanitized();
	put("$dir/eio.c", <<'C');
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>
ssize_t pread(int fd, void *p, size_t n, off_t off)
{
	static ssize_t (*real)(int, void *, size_t, off_t);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pread");
	if (off < 42 * 512 && off + (off_t)n > 40 * 512) {
		errno = EIO;
		return -1;
	}
	return real(fd, p, n, off);
}
ssize_t pread64(int fd, void *p, size_t n, off_t off) { return pread(fd, p, n, off); }
C
	plan skip_all => 'no compiler' if system("cc -shared -fPIC -o $dir/eio.so $dir/eio.c -ldl 2>/dev/null") != 0;
	my %o = (env => { LD_PRELOAD => "$dir/eio.so" });
	my $r = run('mxcarve', '-y', 2026, '--no-hash', $f, \%o);

	is($r->{status}, 2, 'status');
	like($r->{err}, qr/d\.img: 1024 bytes cannot be read; zeroes stand for them\n/, 'how much');
	like($r->{err}, qr/d\.img: offset 20480: 1024 bytes unreadable\n/, 'and where');
	is(source($r)->{damaged}, 'bad-sectors', 'the source says so');
	is(join(' ', map { $_->{off} / 512 } lines_of($r)), join(' ', 0 .. 39, 42 .. 399), 'all other lines');
	is(run('mxcarve', '-y', 2026, '--no-hash', '-j', 2, $f, \%o)->{out}, $r->{out}, 'the same with threads');
	my $h = run('mxcarve', '-y', 2026, $f, \%o);
	is(source($h)->{sha256}, undef, 'no hash of what was not read');
};

subtest 'EWF' => sub {
	plan skip_all => 'no ewfacquire' if system("ewfacquire -u -q -c none -t $dir/e -f encase6 $f >/dev/null 2>&1") != 0;
	my $e = run('mxcarve', '-y', 2026, '--hash', 'sha1', "$dir/e.E01");
	my $same = sub { join "\n", grep { !/"type":"source"/ } split /\n/, $_[0]{out} =~ s/"src":"[^"]*"/"src":""/gr };

	is($e->{status}, 0, 'status');
	is($same->($e), $same->($good), 'the same records as of the raw image');
	like($e->{err}, qr/has the hash that is stored/, 'the stored hash is checked');
	is(source($e)->{$_->[0]}, (split ' ', `$_->[1] $f`)[0], $_->[0]) for [md5 => 'md5sum'], [sha1 => 'sha1sum'], [sha256 => 'sha256sum'];
	my $data = slurp("$dir/e.E01");
	my $at = index $data, substr($image, 200 * 512, 64);
	cmp_ok($at, '>', 0, 'its data is stored as it is');
	substr($data, $at, 5) = 'XXXXX';
	my $bad = run('mxcarve', '-y', 2026, put("$dir/bad.E01", $data));
	is($bad->{status}, 2, 'a damaged chunk: status');
	like($bad->{err}, qr/bad\.E01: offset \d+: 32768 bytes unreadable/, 'which chunk');
	like($bad->{err}, qr/does not have the hash/, 'and the hash is wrong');
	is(source($bad)->{damaged}, 'bad-sectors', 'the source says so');
	cmp_ok(scalar(lines_of($bad)), '>=', 336, 'the other chunks are read');
};

# The last files of a set are gone: what the others hold, and how much that is.
subtest 'EWF, cut short' => sub {
	plan skip_all => 'no ewfacquire' if sh('sh', '-c', 'command -v ewfacquire')->{status} ne '0';
	plan skip_all => 'libewf keeps what is not there' if sanitized();
	my $noise = join '', map { pack 'N', ($_ * 2654435761) & 0xffffffff } 1 .. 768 * 1024;
	my $big = put("$dir/long.img", $image, $noise, $image);

	is(sh('ewfacquire', '-u', '-q', '-c', 'none', '-S', 1024 * 1024, '-f', 'encase6', '-t', "$dir/l", $big)->{status}, '0', 'ewfacquire');
	my @set = sort glob "$dir/l.E*";
	cmp_ok(scalar(@set), '>', 3, 'several files');
	my $all = run('mxcarve', '-y', 2026, '--copies', "$dir/l.E01");
	is(scalar(lines_of($all)), 800, 'all of it');
	unlink @set[2 .. $#set];
	my $r = run('mxcarve', '-y', 2026, '--copies', "$dir/l.E01");
	my ($n) = $r->{err} =~ /l\.E01: (\d+) bytes cannot be read; zeroes stand for them\n/;
	my ($off, $len) = $r->{err} =~ /l\.E01: offset (\d+): (\d+) bytes unreadable\n/;
	is($r->{status}, 2, 'cut short: status');
	is($off + $len, -s $big, 'missing to the end');
	is($n, $len, 'in one piece');
	cmp_ok($off, '>', 1024 * 1024, 'behind what the first files hold');
	cmp_ok($off, '<', 2 * 1024 * 1024 + 65536, 'and no more');
	is(scalar(lines_of($r)), 400, 'the lines before it');
	is(source($r)->{size}, -s $big, 'it is as long as it was');
	is(source($r)->{damaged}, 'bad-sectors', 'the source says so');
	is(source($r)->{sha256}, undef, 'no hash of what was not read');
	my $q = run('mxquote', '-q', '--root', $dir, '-', { in => $r->{out} });
	is($q->{status}, 2, 'quoted without a check: status');
	is($q->{out}, join('', $image =~ /([^\0]+)/g), 'quoted: what is there');
};

done_testing();
