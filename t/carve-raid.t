#!/usr/bin/perl

# mxcarve on a disk of a Linux software RAID: deleted files of an ext4 on a
# mirror, also with LVM between them; other levels are named.  The kernel is
# not asked to make a RAID: the superblocks are packed here, and mdadm, where it
# is installed, says what they are.

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

# A superblock as linux/raid/md_p.h has it: level, sectors to the data, where it
# stands itself.
sub super {
	my ($level, $data, $at) = @_;
	my $s = pack('V4 a16 a32 Q< l< V Q< V V V V5 V2 x16', 0xa92b4efc, 1, 0, 0, 'mxmxmxmxmxmxmxmx', 'mx:0', 1795000000, $level, 0,
	    16384, $level == 1 ? 0 : 128, $level == 0 ? 2 : 3, 0, (0) x 5, 0, 0);
	$s = pack('a128 Q< Q< Q< Q< V V a16 C C v V', $s, $data, 16384, $at, 0, 0, 0, 'devicedevicedevi', 0, 0, 0, 0);
	$s = pack('a192 Q< Q< Q< V V x32', $s, 1795000001, 7, ~0, 0, 128);
	$s .= pack 'v128', 0, 1, 2, (0xffff) x 125;
	# All words, folded.
	my $sum = 0;
	$sum += $_ for unpack 'V*', $s;
	substr($s, 216, 4) = pack 'V', ($sum & 0xffffffff) + ($sum >> 32);
	return $s;
}

# An ext4 of 8 MB with a deleted log.
my @lines = map { sprintf "2026-11-29T03:%02d:%02d+00:00 mx postfix/qmgr[12]: warning: line %d\n", $_ / 60, $_ % 60, $_ } 1 .. 400;
mkdir "$dir/fs";
put("$dir/fs/mail.log.1", @lines);
cmd('mke2fs', '-q', '-F', '-t', 'ext4', '-b', 1024, '-J', 'size=1', '-d', "$dir/fs", put("$dir/fs.img"), '8M');
cmd('debugfs', '-w', '-R', 'rm /mail.log.1', "$dir/fs.img");
my $fs = slurp("$dir/fs.img");

# A disk with one partition of 60 MB at 1 MB.
sub disk {
	my ($bytes) = @_;
	my $mbr = "\0" x 446 . pack('C8VV', 0, 0, 0, 0, 0xfd, 0, 0, 0, 2048, 60 * 2048) . "\0" x 48 . "\x55\xaa";

	return put("$dir/disk.img", pack 'a' . 61 * $mb, pack("a$mb", $mbr) . $bytes);
}

# A member with its superblock at a sector, and what it holds from 2 MB on.
sub member {
	my ($level, $at, $data) = @_;
	my $head = "\0" x (2 * $mb);

	substr($head, $at * 512, 512) = super($level, 4096, $at);
	return $head . $data;
}

sub files { return grep { $_->{type} eq 'file' && exists $_->{inode} } decoded($_[0]{out}) }

my ($own) = files(run('mxcarve', "$dir/fs.img"));
is($own->{file_name}, '/mail.log.1', 'the file system by itself');

for my $at (8, 0) {
	my $disk = disk(member(1, $at, $fs));
	my $r = run('mxcarve', $disk);
	my ($f, @more) = files($r);

	is(scalar(@more), 0, "sector $at: one file");
	is($f->{file_name}, '/mail.log.1', "sector $at: its name");
	is($f->{off}, 3 * $mb + $own->{off}, "sector $at: its place");
	is($f->{inode_off}, 3 * $mb + $own->{inode_off}, "sector $at: that of its inode");
	is(substr(slurp($disk), $f->{off}, $f->{len}), join('', @lines), "sector $at: its bytes");
	like($r->{err}, qr/: offset @{[3 * $mb]}: deleted files of mail/, "sector $at: where the data begin");
	is($r->{status}, 0, "sector $at: status");
	my $u = run('mxcarve', '--unallocated', $disk);
	is($u->{status}, 0, "sector $at: what is free can be told");
	is(scalar(grep { $_->{type} eq 'event' } decoded($u->{out})), 400, "sector $at: the lines of the deleted log are free");
	SKIP: {
		skip 'no mdadm', 1 if system('mdadm --version >/dev/null 2>&1') != 0;
		my $said = sh('mdadm', '--examine', put("$dir/member", substr slurp($disk), $mb, 60 * $mb));
		like("$said->{out}$said->{err}", qr/Raid Level : raid1\b.*Data Offset : 4096 sectors.*Super Offset : $at sectors.*Checksum : \w+ - correct/s, "sector $at: mdadm reads it so");
	}
}

# LVM between them: a volume of two rows (see t/carve-lvm.t).
{
	my $pv = pack 'a' . 50 * $mb, Compress::Zlib::memGunzip(slurp('samples/carve/lvm-1.gz'));
	my $big = $fs . "\0" x (8 * $mb);

	substr($pv, $mb, 8 * $mb) = substr $big, 0, 8 * $mb;
	substr($pv, 13 * $mb, 8 * $mb) = substr $big, 8 * $mb;
	my $r = run('mxcarve', disk(member(1, 8, $pv)));
	my ($f) = files($r);
	is($f->{off}, 4 * $mb + $own->{off}, 'LVM on a mirror');
	like($r->{err}, qr{: offset @{[4 * $mb]}, volume vg0/root: deleted files}, 'it is named');
}

# Other levels, and near misses.
for my $c (
    ['RAID 5', member(5, 8, $fs), qr/: offset $mb: a member of a software RAID that is no mirror: /, 0],
    ['RAID 0', member(0, 8, $fs), qr/: offset $mb: a member of a software RAID that is no mirror: /, 0],
    ['linear', member(-1, 8, $fs), qr/: a member of a software RAID/, 0],
    ['a superblock elsewhere', "\0" x 4096 . super(1, 4096, 0) . "\0" x (2 * $mb - 4096 - 512) . $fs, qr/\A\z/, 0],
    ['one whose data lie outside', "\0" x 4096 . super(1, 61 * 2048, 8) . "\0" x (2 * $mb - 4096 - 512) . $fs, qr/\A\z/, 0],
    ['no member at all', $fs, qr/: offset $mb: deleted files/, 1],
) {
	my ($what, $bytes, $said, $n) = @$c;
	my $r = run('mxcarve', disk($bytes));

	like($r->{err}, $said, "$what: what is said");
	is(scalar(files($r)), $n, "$what: what is known");
	is(scalar(grep { $_->{type} eq 'event' } decoded($r->{out})), 400, "$what: the lines are found");
}

done_testing();
