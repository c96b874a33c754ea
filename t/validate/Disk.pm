package Disk;

# Images for t/validate/run whose contents are known to the byte: made-up logs,
# file systems that files are deleted from, blocks overwritten and scattered.
# Everything lies below $dir, which goes away at the end.  The same on every
# machine, but for what a file system puts where.

use strict;
use warnings;
use Chance;
use Digest::MD5 'md5';
use Exporter 'import';
use File::Temp;
use Mx qw(long_id put slurp);

our @EXPORT = qw($dir $block any noise pad put slurp must made_log packed
    filesystem mounted overwrite lying scatter);
our $dir = File::Temp::tempdir('validate.XXXXXX', TMPDIR => 1, CLEANUP => 1);
our $block = 4096;
my $mount = '';

chmod 0755, $dir;
$ENV{PATH} .= ':/usr/sbin:/sbin';
$ENV{TZ} = 'UTC';

sub pad { my ($s, $n) = @_; return $s . "\0" x (-length($s) % ($n // $block)) }
sub noise { return join '', map { pack 'n', any(65536) } 1 .. $_[0] / 2 }

sub must { system(@_) == 0 or die "@_: failed\n" }

# A log of n messages, five lines each, none of them twice.
sub made_log {
	my ($n, $start) = @_;
	my $s = '';

	for my $i (0 .. $n - 1) {
		my $t = $start + $i;
		my @g = gmtime $t;
		my $when = sprintf '%04d-%02d-%02dT%02d:%02d:%02d+00:00', $g[5] + 1900, $g[4] + 1, @g[3, 2, 1, 0];
		my $q = long_id($t, $i, 70000 + $i);

		$s .= "$when mx postfix/$_\n" for "smtpd[10]: $q: client=c$i.example.org[192.0.2." . $i % 250 . ']',
		    "cleanup[11]: $q: message-id=<$i.$t\@example.org>",
		    "qmgr[12]: $q: from=<u$i\@example.org>, size=1$i, nrcpt=1 (queue active)",
		    "smtp[13]: $q: to=<r$i\@example.net>, relay=mx.example.net[198.51.100.7]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
		    "qmgr[12]: $q: removed";
	}
	return $s;
}

sub packed {
	my ($tool, $suffix, $text) = @_;

	unlink "$dir/z", "$dir/z$suffix";
	put("$dir/z", $text);
	must("$tool $dir/z");
	return slurp("$dir/z$suffix");
}

# A file system made of files by mke2fs, and some of them deleted by debugfs.
sub filesystem {
	my ($options, $files, $after) = @_;
	my $root = File::Temp::tempdir(DIR => $dir);

	for my $name (sort keys %$files) {
		(my $d = "$root/$name") =~ s{/[^/]+$}{};
		must('mkdir', '-p', $d);
		put("$root/$name", $files->{$name});
	}
	unlink "$dir/fs.img";
	must("mke2fs -q $options -d $root $dir/fs.img 48M >/dev/null 2>&1");
	put("$dir/rm", join '', map { "rm /$_\n" } grep { !/^stays/ } sort keys %$files);
	must("debugfs -w -f $dir/rm $dir/fs.img >/dev/null 2>&1");
	my $image = slurp("$dir/fs.img");
	$image = $after->($image) if $after;
	put("$dir/fs.img", $image);
	return $image;
}

# The same of a file system of this kind that is mounted, written to in turns,
# and mounted again for the deletion, without discarding; '' if this cannot be
# done here.
sub mounted {
	my ($kind, $files) = @_;
	my ($fs, $at) = ("$dir/fs.img", "$dir/mnt");
	my $options = "loop,nodiscard";

	unlink $fs;
	mkdir $at;
	must("truncate -s 320M $fs");
	return '' if system("mkfs.$kind -q @{[$kind =~ /^ext/ ? '-E nodiscard' : '-K']} $fs >/dev/null 2>&1") != 0 ||
	    system("mount -o $options $fs $at >/dev/null 2>&1") != 0;
	$mount = $at;
	for my $name (sort keys %$files) {
		(my $d = "$at/$name") =~ s{/[^/]+$}{};
		must('mkdir', '-p', $d);
		put("$at/$name", $files->{$name});
	}
	must("umount $at && mount -o $options $fs $at");
	unlink map { "$at/$_" } grep { !/^stays/ } sort keys %$files;
	put("$at/stays/later$_", "written later\n" x 400) for 1 .. 20;
	must('umount', $at);
	$mount = '';
	return slurp($fs);
}

END {
	my $status = $?;

	system('umount', $mount) if $mount ne '';
	$? = $status;
}

# Blocks of a file here and there are another file's now.
sub overwrite {
	my ($image, $share, @text) = @_;

	for my $t (@text) {
		for (my $p = 0; $p < length $t; $p += $block) {
			next if any(100) >= $share;
			my $old = substr $t, $p, $block;
			next if $old !~ /[^\0]/;
			my $at = index $image, $old;
			substr($image, $at, $block) = noise($block) if $at >= 0 && $at % 1024 == 0 && $at + $block <= length $image;
		}
	}
	return $image;
}

# These bytes, with what is in no block of the image as something else.
sub lying {
	my ($image, $bytes) = @_;
	my %here;

	for (my $p = 0; $p < length $image; $p += 1024) {
		$here{md5(substr $image, $p, 1024)} = 1;
	}
	return join '', map { $here{md5(pad($_, 1024))} ? $_ : '#' x length } unpack '(a1024)*', $bytes;
}

sub scatter {
	my ($pieces, @texts) = @_;
	my @all = map { any(2) ? noise($block * (1 + any(8))) : "\0" x ($block * (1 + any(8))) } 1 .. 40;

	for my $s (@texts) {
		my $blocks = int((length($s) + $block - 1) / $block);
		my $n = $pieces < $blocks ? $pieces : $blocks;
		my (%cut, @part);
		my $from = 0;

		$cut{1 + any($blocks - 1)} = 1 while keys %cut < $n - 1;
		for my $to (sort({ $a <=> $b } keys %cut), $blocks) {
			push @all, pad(substr $s, $from * $block, ($to - $from) * $block);
			$from = $to;
		}
	}
	return join '', shuffle(@all);
}

1;
