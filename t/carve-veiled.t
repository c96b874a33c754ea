#!/usr/bin/perl

# What the bytes of an image do not show is said: images of virtual machines,
# encrypted volumes, LVM, files that btrfs compressed with LZO, ZFS and others.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

my $dir = dir();
my $img = "$dir/x.img";
my $log = join '', map { "2026-11-29T03:00:00+00:00 mx postfix/qmgr[12]: warning: line $_\n" } 1 .. 40;

# An MBR with one partition of 64 sectors at sector 8, and what it holds.
sub disk {
	my ($volume) = @_;
	my $mbr = "\0" x 446 . pack('C8VV', 0, 0, 0, 0, 0x83, 0, 0, 0, 8, 256) . "\0" x 48 . "\x55\xaa";

	return $mbr . "\0" x (7 * 512) . pack('a131072', $volume);
}

sub at { my ($off, $bytes) = @_; return "\0" x $off . $bytes }

my $btrfs = sub { at(0x10040, '_BHRfS_M') . "\0" x (0xbc - 0x48) . pack 'V', $_[0] };

for my $c (
    ['QCOW', "QFI\xfb\0\0\0\3", qr/: a QCOW image of QEMU, .* make a raw image of it/, 2],
    ['VMDK', "KDMV\1\0\0\0", qr/: a sparse VMDK image of VMware, /, 2],
    ['its description', "# Disk DescriptorFile\nversion=1\n", qr/: the description of a VMDK image/, 2],
    ['VDI', "<<< Oracle VM VirtualBox Disk Image >>>\n" . "\0" x 24 . "\x7f\x10\xda\xbe\1\0\1\0", qr/: a VDI image of VirtualBox/, 2],
    ['VHD', "conectix\0\0\0\2", qr/: a dynamic VHD image/, 2],
    ['VHDX', "vhdxfileq\0", qr/: a VHDX image/, 2],
    ['Ex01', "EVF2\r\n\x81\0", qr/: an EWF image of version 2/, 2],
    ['LUKS', "LUKS\xba\xbe\0\2", qr/: offset 0: an encrypted volume/, 2],
    ['LUKS in a partition', disk("LUKS\xba\xbe\0\2"), qr/: offset 4096: an encrypted volume/, 2],
    ['BitLocker in a partition', disk("\xeb\x58\x90-FVE-FS-"), qr/: offset 4096: an encrypted volume/, 2],
    ['LVM in a partition', disk(at(512, 'LABELONE' . "\0" x 16 . 'LVM2 001')), qr/: offset 4096: a volume of LVM/, 0],
    ['btrfs with LZO', $btrfs->(0x8 | 0x361), qr/: offset 0: a btrfs that has compressed files with LZO/, 2],
    ['the same in a partition', disk($btrfs->(0x8)), qr/: offset 4096: a btrfs /, 2],
    ['ZFS', at(0x20000 + 3072, pack('Q<', 0x00bab10c)), qr/: offset 0: a ZFS pool, which compresses with LZ4 /, 2],
    ['ZFS of the other end', at(0x20000, pack('Q>', 0x00bab10c)), qr/: offset 0: a ZFS pool/, 2],
    ['f2fs with compression', at(1024, pack('V x2176 V', 0xf2f52010, 0x2002)), qr/: offset 0: an f2fs that may compress files/, 0],
    ['NTFS', "\xeb\x52\x90NTFS    \0\2", qr/: offset 0: an NTFS: files that it has compressed are not decoded/, 0],
    ['NTFS in a partition', disk("\xeb\x52\x90NTFS    \0\2"), qr/: offset 4096: an NTFS/, 0],
    # Near misses.
    ['an uberblock elsewhere', at(0x20000 + 3073, pack('Q<', 0x00bab10c)), qr/\A\z/, 0],
    ['f2fs without compression', at(1024, pack('V x2176 V', 0xf2f52010, 0x1002)), qr/\A\z/, 0],
    ['FAT', "\xeb\x58\x90mkfs.fat\0\2", qr/\A\z/, 0],
    ['QCOW, a byte further', "\0QFI\xfb\0\0\0\3", qr/\A\z/, 0],
    ['QCOW in a partition', disk("QFI\xfb\0\0\0\3"), qr/\A\z/, 0],
    ['the footer of a fixed VHD', "\0" x 512 . 'conectix', qr/\A\z/, 0],
    ['LUKS, a byte less', "LUKS\xba", qr/\A\z/, 0],
    ['a label of something else', disk(at(512, 'LABELONE' . "\0" x 16 . 'LVM1 001')), qr/\A\z/, 0],
    ['LVM, behind where its label is', at(4 * 512, 'LABELONE' . "\0" x 16 . 'LVM2 001'), qr/\A\z/, 0],
    ['btrfs with zstd', $btrfs->(0x10 | 0x361), qr/\A\z/, 0],
) {
	my ($what, $bytes, $said, $status) = @$c;

	for my $pipe (0, 1) {
		# Read as it lies all the same.
		my $all = pack('a262144', $bytes) . $log;
		my $r = $pipe ? run('mxcarve', '-', { in => $all }) : run('mxcarve', put($img, $all));

		like($r->{err}, $said, "$what: what is said" . ' of a pipe' x $pipe);
		is($r->{status}, $status, "$what: status");
		is(scalar(grep { $_->{type} eq 'event' } decoded($r->{out})), 40, "$what: lines");
	}
}

# What is no log: the other tools say who reads it.
for my $c (
    ['a disk', disk(''), 1], ['ext4', at(0x438, "\x53\xef"), 1], ['XFS', "XFSB\0\0\x10\0", 1], ['btrfs', $btrfs->(0), 1],
    ['GPT', at(512, 'EFI PART'), 1], ['EWF', "EVF\t\r\n\xff\0", 1], ['QCOW', "QFI\xfb\0\0\0\3", 1],
    # Near misses.
    ['text', "XFSB and EVF\n" . "QFI\n" x 200, 0], ['zeroes', "\0" x 4096, 0], ['text with the bytes of ext4', 'x' x 0x438 . "\x53\xef\n", 0],
) {
	my ($what, $bytes, $is) = @$c;

	for my $tool ('mxlog', 'mxtrace') {
		my $r = run($tool, '-q', put($img, ($is ? pack('a262144', $bytes) : $bytes) . "\n$log"));

		is($r->{status}, $is ? 2 : 0, "$tool, $what: status");
		is($r->{err} =~ /is the image of a disk, .* mxcarve reads it/ ? 1 : 0, $is, "$tool, $what: it is said");
	}
}

# As QEMU writes them.
SKIP: {
	skip 'no qemu-img', 12 if system('qemu-img --version >/dev/null 2>&1') != 0;
	put($img, pack('a1048576', $log));
	for (['qcow2', '-c', qr/QCOW/], ['vmdk', '-o', 'subformat=streamOptimized', qr/VMDK/], ['vdi', qr/VDI/], ['vpc', qr/VHD/],
	    ['vhdx', qr/VHDX/], ['raw', qr/\A\z/]) {
		my ($form, @o) = @$_;
		my $said = pop @o;

		sh('qemu-img', 'convert', '-O', $form, @o, $img, "$dir/x.$form");
		my $r = run('mxcarve', "$dir/x.$form");
		like($r->{err}, $said, "$form: named");
		is($r->{status}, $form eq 'raw' ? 0 : 2, "$form: status");
	}
}

# As mkfs.f2fs and mkntfs write them.
for (['mkfs.f2fs', qr/: offset 0: an f2fs /, '-q', '-O', 'extra_attr,compression'], ['mkfs.f2fs', qr/\A\z/, '-q'], ['mkntfs', qr/: offset 0: an NTFS/, '-q', '-F']) {
	my ($tool, $said, @o) = @$_;

	SKIP: {
		skip "no $tool", 1 if !grep { -x "$_/$tool" } split /:/, "$ENV{PATH}:/usr/sbin:/sbin";
		my $f = put("$dir/new.img");
		truncate $f, 64 << 20;
		sh("/usr/sbin/$tool", @o, $f);
		like(run('mxcarve', $f)->{err}, $said, "$tool @o");
	}
}

done_testing();
