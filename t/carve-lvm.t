#!/usr/bin/perl

# mxcarve in logical volumes of LVM2: deleted files that an ext4 in one still
# knows, also when it lies in several rows; --unallocated.  samples/carve/
# lvm-1.gz and lvm-2.gz are the first megabytes of two physical volumes of
# 42 MB as LVM 2.03.16 wrote them, after vgcreate -s 1M of both and lvcreate and
# lvextend; lvs -o lv_name,segtype,seg_start,seg_size,seg_pe_ranges says of them
#
#	root    linear     0m 8.00m 1:0-7
#	root    linear  8.00m 8.00m 1:12-19
#	span    linear     0m 6.00m 2:0-5
#	span    linear  6.00m 2.00m 1:20-21
#	stripes striped    0m 8.00m 1:22-25 2:6-9
#	var     linear     0m 4.00m 1:8-11
#
# The same file systems as images of their own are the truth.

use strict;
use warnings;
use lib 't';
use Compress::Zlib ();
use Test::More;
use Mx qw(:DEFAULT cmd);

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');
$ENV{PATH} .= ':/usr/sbin:/sbin';
plan skip_all => 'no e2fsprogs' if system('mke2fs -V >/dev/null 2>&1') != 0;

my $dir = dir();
my $mb = 1024 * 1024;
# Where the rows of a volume begin in a disk with both, in MB, and how long.
my %rows = (root => [[2, 8], [14, 8]], var => [[10, 4]], span => [[44, 6], [22, 2]]);

# An ext4 with deleted logs at its beginning and its end; its bytes.
sub filesystem {
	my ($name, $size) = @_;
	my $img = "$dir/$name.img";
	my @lines = map { sprintf "2026-11-29T03:%02d:%02d+00:00 mx postfix/qmgr[12]: warning: $name %d\n", $_ / 60, $_ % 60, $_ } 1 .. 900;

	mkdir "$dir/$name";
	put("$dir/$name/mail.log.1", @lines[0 .. 299]);
	put("$dir/$name/pad", 'x' x ($size * $mb / 2));
	put("$dir/$name/mail.log.2.gz", Compress::Zlib::memGzip(join '', @lines[300 .. 599]));
	put("$dir/$name/mail.log", @lines[600 .. 899]);
	cmd('mke2fs', '-q', '-F', '-t', 'ext4', '-b', 1024, '-J', 'size=1', '-d', "$dir/$name", put($img), "${size}M");
	cmd('debugfs', '-w', '-f', '-', $img, { in => "rm /mail.log.1\nrm /mail.log.2.gz\nrm /mail.log\n" });
	return slurp($img);
}

my %fs = (root => filesystem('root', 16), var => filesystem('var', 4), span => filesystem('span', 8));
my @head = map { Compress::Zlib::memGunzip(slurp("samples/carve/lvm-$_.gz")) } 1, 2;

# A disk with these physical volumes, and the file systems where they belong.
sub disk {
	my ($one, $two) = @_;
	my $img = "\0" x (85 * $mb);
	my @entry = map { pack 'C8VV', 0, 0, 0, 0, 0x8e, 0, 0, 0, $_ * 2048, 42 * 2048 } 1, 43;

	substr($img, 446, 66) = pack 'a64 a2', join('', @entry), "\x55\xaa";
	substr($img, $mb, $mb) = $one;
	substr($img, 43 * $mb, $mb) = $two;
	for my $name (keys %rows) {
		my $from = 0;

		for my $r (@{$rows{$name}}) {
			substr($img, $r->[0] * $mb, $r->[1] * $mb) = substr($fs{$name}, $from * $mb, $r->[1] * $mb);
			$from += $r->[1];
		}
	}
	return put("$dir/disk.img", $img);
}

# Where a byte of a volume lies in the disk.
sub place {
	my ($name, $off) = @_;

	for my $r (@{$rows{$name}}) {
		return $r->[0] * $mb + $off if $off < $r->[1] * $mb;
		$off -= $r->[1] * $mb;
	}
	die;
}

sub files { return grep { $_->{type} eq 'file' && exists $_->{inode} } decoded($_[0]{out}) }

# What of a file does not depend on where it lies.
sub about {
	my ($f) = @_;

	return join ' ', map { $_ . '=' . ($f->{$_} // '') } qw(file_name size recovered sha256 inode mtime deleted note);
}

# The pieces of a file, as OFF+LEN.
sub pieces {
	my ($f) = @_;

	return split / /, $f->{refs} // "$f->{off}+$f->{len}";
}

my $disk = disk(@head);
my $r = run('mxcarve', $disk);
my %line = map { ($_->{text} // '') => $_ } grep { $_->{type} eq 'event' } decoded($r->{out});
my @got = files($r);

is($r->{status}, 0, 'status');
is(scalar(@got), 9, 'three deleted files each');
for my $name (sort keys %fs) {
	my $own = run('mxcarve', "$dir/$name.img");
	my @own = files($own);
	my ($from) = sort { $a <=> $b } place($name, 0);

	like($r->{err}, qr{: offset $from, volume vg0/$name: deleted files of mail that the file system still knows: 3;}, "$name is named");
	is(scalar(@own), 3, "$name: three by itself");
	for my $f (@own) {
		my ($same, @more) = grep { about($_) eq about($f) && $_->{inode_off} == place($name, $f->{inode_off}) } @got;
		my @want = map { /(\d+)\+(\d+)/ ? [$1, $2] : () } pieces($f);

		ok(defined $same && !@more, "$name: $f->{file_name}") or next;
		my $bytes = join '', map { substr $fs{$name}, $_->[0], $_->[1] } @want;
		is(join('', map { /(\d+)\+(\d+)/ ? substr(slurp($disk), $1, $2) : () } pieces($same)), $bytes, "$name: $f->{file_name}, its bytes");
		is((pieces($same))[0] =~ s/\+.*//r, place($name, $want[0][0]), "$name: $f->{file_name}, its place");
	}
	is(scalar(grep { exists $line{"warning: $name $_"} } 1 .. 900), 900, "$name: each line");
}
like($r->{err}, qr{: volume vg0/stripes: it is striped, mirrored, thin, cached or the like: }, 'what is not in rows is named');
is(($r->{err} =~ tr/\n//), 4, 'nothing else is said') or diag $r->{err};

# A file over the border of two rows is two pieces.
{
	my ($pad) = cmd('debugfs', '-R', 'blocks /pad', "$dir/root.img") =~ /^(\d[\d ]*)/m;
	my %in = map { $_ => 1 } split / /, $pad;

	ok($in{8191} && $in{8192}, 'a file lies over the border');
	cmd('debugfs', '-w', '-f', '-', "$dir/root.img", { in => "ln /pad /maillog\nunlink /pad\nrm /maillog\n" });
	$fs{root} = slurp("$dir/root.img");
	my ($f) = grep { $_->{file_name} eq '/maillog' } files(run('mxcarve', disk(@head)));
	my @v = map { /(\d+)\+(\d+)/ ? [$1, $2] : () } pieces($f // {});
	my ($i) = grep { $v[$_][0] + $v[$_][1] == 10 * $mb } 0 .. $#v;

	ok(defined $i, 'a piece ends with the first row') or diag explain $f;
	is($v[($i // 0) + 1][0], 14 * $mb, 'the next one begins with the second');
	# Its new name took the place of that of a deleted log.
	ok(!grep({ $_->[0] < 10 * $mb && $_->[0] + $_->[1] > 10 * $mb } @v), 'none goes on in another volume');
}

# Only what is free: in each volume the same bytes.
{
	my $u = run('mxcarve', '--unallocated', $disk);
	my @free = grep { $_->{type} eq 'event' } decoded($u->{out});

	is($u->{status}, 0, 'what is free can be told');
	is(scalar(grep { $_->{text} =~ /^warning: (?:root|var|span) / } @free), 2700, 'what was deleted is free');
	put("$dir/keep.img", $fs{var});
	cmd('debugfs', '-w', '-f', '-', "$dir/keep.img", { in => "write $dir/var/mail.log kept\n" });
	local $fs{var} = slurp("$dir/keep.img");
	$u = run('mxcarve', '--unallocated', '--copies', disk(@head));
	my @kept = grep { ($_->{text} // '') =~ /^warning: var [78]\d\d/ } decoded($u->{out});
	my @alone = grep { ($_->{text} // '') =~ /^warning: var [78]\d\d/ } decoded(run('mxcarve', '--unallocated', '--copies', "$dir/keep.img")->{out});
	is_deeply([map { $_->{off} } @kept], [map { place('var', $_->{off}) } @alone], 'what lives is left out, as without LVM');
}

# One copy of the metadata is enough, and a wrong one is none.
sub damage {
	my ($head) = @_;

	return $head =~ s/extent_size = 2/extent_size = 4/gr;
}
is(scalar(files(run('mxcarve', disk(damage($head[0]), $head[1])))), 9, 'the metadata of the first is damaged');
is(scalar(files(run('mxcarve', disk($head[0], damage($head[1]))))), 9, 'the metadata of the second is damaged');
$r = run('mxcarve', disk(map { damage($_) } @head));
is(scalar(files($r)), 0, 'both are: nothing is made up');
like($r->{err}, qr/: offset $mb: a volume of LVM that does not tell where its volumes lie: .*--offset leads to/, 'it is said');
is(scalar(grep { $_->{type} eq 'event' } decoded($r->{out})), 2700, 'its lines are found all the same');
is(scalar(files(run('mxcarve', '--offset', 10 * $mb, "$dir/disk.img"))), 3, 'where --offset leads to');

# The other disk is missing.
$r = run('mxcarve', disk($head[0], "\0" x $mb));
is(scalar(files($r)), 6, 'without the second disk: root and var');
like($r->{err}, qr{: volume vg0/span: a part of it lies on another disk: }, 'the third is named');
# The image ends early.
$r = run('mxcarve', put("$dir/cut.img", substr(slurp(disk(@head)), 0, 20 * $mb)));
like($r->{err}, qr{: volume vg0/root: a part of it lies behind the end of the image: }, 'a volume that is cut off is named');
is(scalar(files($r)), 3, 'what is before it is known');
# A pipe.
$r = run('mxcarve', '-', { in => slurp(disk(@head)) });
like($r->{err}, qr/: offset $mb: a volume of LVM: .* are not looked for in a pipe/, 'of a pipe it is said');

done_testing();
