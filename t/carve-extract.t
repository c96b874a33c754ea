#!/usr/bin/perl

# mxcarve --extract and -o dfxml: what was found as files, with a manifest that
# sha256sum verifies, and as a list for other tools.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

my $dir = dir();

sub gz {
	my ($text) = @_;

	put("$dir/z", $text);
	system('gzip', '-nf', "$dir/z") == 0 or die "gzip\n";
	return slurp("$dir/z.gz");
}

sub records { return decoded($_[0]{out}) }

# An MBR with one partition at 4096; a log in it, a gzip file, half of one,
# and the log again, which is a copy.
my $second = $log =~ s/^Sep  1/Sep  2/mgr;
my $gz = gz($second x 3);
my $big = big_log(400);
my $half = substr gz($big), 0, 4000;
my $image = "\0" x 8192;
substr($image, 446, 16) = pack 'C8VV', 0, 0, 0, 0, 0x83, 0, 0, 0, 8, 4000;
substr($image, 510, 2) = "\x55\xaa";
my %at;
for ([log => $log], [gz => $gz], [half => $half], [copy => $log]) {
	$at{$_->[0]} = length $image;
	$image .= $_->[1];
	$image .= "\0" x (8192 - length($image) % 8192);
}
my $f = put("$dir/d.img", $image);
my $plain = run('mxcarve', '-q', '-y', 2026, $f);

sub name { return sprintf '%s/%016d%s', @_ }

my $r = run('mxcarve', '-q', '-y', 2026, '--extract', "$dir/case", $f);

subtest 'files' => sub {
	my %is = (name('log', $at{log}, '.log') => $log, name('log', $at{copy}, '.log') => $log,
	    name('gzip', $at{gz}, '.data') => $second x 3);
	my @there = map { s{^\Q$dir\E/case/}{}r } glob "$dir/case/*/*";
	my $part = name('gzip', $at{half}, '.data');

	is($r->{status}, 0, 'status');
	is("@there", join(' ', sort keys %is, $part), 'one for each find');
	is(slurp("$dir/case/$_"), $is{$_}, "$_ byte for byte") for sort keys %is;
	my $got = slurp("$dir/case/$part");
	cmp_ok(length $got, '>', 1000, 'half a gzip file');
	my ($same) = ($got ^ substr($big, 0, length $got)) =~ /^(\0*)/;
	cmp_ok(length $same, '>', 50000, 'all of it, and what was made of the bytes behind it');
	is(join(' ', map { sprintf '%o', (stat)[2] & 07777 } "$dir/case", glob "$dir/case/*/*"),
	    '700' . ' 600' x @there, 'for us only');
	is((grep { $_->[1] } map { [$_, -l $_] } glob "$dir/case/*/*"), 0, 'no links');
};

subtest 'manifest' => sub {
	my $sum = sh('sha256sum', '-c', '--strict', 'manifest.sha256', { cd => "$dir/case" });

	is($sum->{status}, 0, 'sha256sum -c');
	is(scalar(() = $sum->{out} =~ /: OK$/mg), 4, 'all files are in it');
	my $file = name('log', $at{log}, '.log');
	put("$dir/case/$file", $log =~ s/bob/rob/r);
	is(sh('sha256sum', '-c', 'manifest.sha256', { cd => "$dir/case" })->{status}, 1, 'a changed file is told');
};

subtest 'records' => sub {
	my @e = grep { $_->{type} eq 'event' } records($r);
	my (%n, @bad);

	for (@e) {
		my $from = $_->{src} =~ /@/ ? $_->{src} =~ /\@$at{gz}-/ ? $second x 3 : slurp("$dir/case/$_->{extract}") : $log;
		my $off = $_->{src} =~ /@/ ? $_->{off} : $_->{off} - $at{log};

		$n{$_->{extract}}++;
		push @bad, $_ if !-e "$dir/case/$_->{extract}" ||
		    $_->{len} == 0 || $off + $_->{len} > length $from;
	}
	is(scalar(@bad), 0, 'name the file that they stand in');
	is($n{name('log', $at{log}, '.log')}, scalar(() = $log =~ /\n/g), 'the log');
	is($r->{out} =~ s/,"extract":"[^"]*"//gr =~ s/"tool".*//r, $plain->{out} =~ s/"tool".*//r, 'and are the same without it');
};

subtest 'what may not be' => sub {
	is(run('mxcarve', '-q', '--extract', "$dir/case", $f)->{status}, 2, 'a directory that is there');
	symlink "$dir/elsewhere", "$dir/link";
	is(run('mxcarve', '-q', '--extract', "$dir/link", $f)->{status}, 2, 'a link to nowhere');
	ok(!-e "$dir/elsewhere", 'nothing is made behind it');
	is(run('mxcarve', '--extract', "$dir/c2", '-', { in => $image })->{status}, 2, 'a pipe');
	ok(!-e "$dir/c2", 'before anything is made');
	is(run('mxcarve', '-q', '--extract', "$dir/no/c3", $f)->{status}, 2, 'beneath nothing');
};

subtest 'DFXML' => sub {
	my $x = run('mxcarve', '-q', '-o', 'dfxml', $f);
	my @file = $x->{out} =~ m{<fileobject>(.*?)</fileobject>}gs;
	my %run;

	is($x->{status}, 0, 'status');
	for (@file) {
		my ($name) = m{<filename>(.*?)</filename>};

		is(scalar(() = /<byte_run /g), 1, "$name: one run");
		($run{$name}) = m{img_offset="(\d+)" fs_offset="(\d+)" len="(\d+)"} ? [$1, $2, $3] : undef;
	}
	is_deeply($run{name('log', $at{log}, '.log')}, [$at{log}, $at{log} - 4096, length $log], 'the log');
	is_deeply($run{name('gzip', $at{gz}, '.data')}, [$at{gz}, $at{gz} - 4096, length $gz], 'the gzip file');
	is(scalar(@file), 4, 'no others');
	my ($sha) = split ' ', `sha256sum $f`;
	like($x->{out}, qr{<source>.*<image_size>@{[length $image]}</image_size>.*<hashdigest type="sha256">$sha<}s, 'the image');
	my $y = run('mxcarve', '-q', '-o', 'dfxml', '--extract', "$dir/c4", $f);
	my %sum = map { (split)[1, 0] } split /\n/, slurp("$dir/c4/manifest.sha256");
	for ($y->{out} =~ m{<fileobject>(.*?)</fileobject>}gs) {
		my ($name, $hash) = m{<filename>(log/.*?)</filename>.*<hashdigest type="sha256">(\w+)<}s or next;
		is($hash, $sum{$name}, "$name: its hash");
	}
	my %type = map { reverse split /  |\n/ } split /^/, slurp("$dir/c4/manifest.types");
	my %said = $y->{out} =~ m{<filename>(log/.*?)</filename>(?:(?!</fileobject>).)*?<libmagic>(.*?)</libmagic>}gs;
	is(join(' ', map { "$_ $said{$_}" } sort keys %said), join(' ', map { "$_ $type{$_}" } grep { m{^log/} } sort keys %type), 'their types');
	cmp_ok(scalar(keys %said), '>', 0, 'of all that were taken out');
	unlike($x->{out}, qr/libmagic/, 'and of nothing else');
	is(run('mxcarve', '-o', 'dfxml', $f, "$dir/d.img")->{status}, 0, 'the same image twice is one');
	is(run('mxcarve', '-o', 'dfxml', '--map', '-', $f)->{status}, 2, 'nothing else on standard output');
	put("$dir/n&<>\x01.img", $image);
	my $odd = run('mxcarve', '-q', '-o', 'dfxml', "$dir/n&<>\x01.img");
	SKIP: {
		skip 'no xmllint', 2 if system('xmllint --version >/dev/null 2>&1') != 0;
		is(sh('xmllint', '--nonet', '--noout', '-', { in => $_->{out} })->{status}, 0, 'well-formed') for $x, $odd;
	}
	like($odd->{out}, qr{<image_filename>\Q$dir\E/n&amp;&lt;&gt;}, 'names are escaped');
};

# Deleted from ext2, whose map of blocks stands between the blocks: a log and a
# compressed one in several pieces come back whole, one whose blocks are others'
# now does not.
subtest 'deleted, in pieces' => sub {
	$ENV{PATH} .= ':/usr/sbin:/sbin';
	plan skip_all => 'no debugfs' if sh('debugfs', '-V')->{status} ne '0';
	my ($root, $img, $long) = ("$dir/root", "$dir/ext2.img", big_log(3000));
	my $packed = gz($long =~ s/^Sep  1/Sep  3/mgr);
	my $old = "lost line\n" x 3000;

	mkdir $_ for $root, "$root/log";
	put("$root/log/mail.log", $long);
	put("$root/log/mail.log.2.gz", $packed);
	put("$root/log/mail.log.3", $old);
	is(sh('mke2fs', '-q', '-t', 'ext2', '-b', 1024, '-d', $root, $img, '8M')->{status}, 0, 'mke2fs');
	is(sh('debugfs', '-w', '-R', "rm /log/$_", $img)->{status}, 0, 'debugfs') for qw(mail.log mail.log.2.gz mail.log.3);
	my $bytes = slurp($img);
	cmp_ok(index($bytes, $long), '<', 0, 'the log lies in pieces');
	cmp_ok(index($bytes, $packed), '<', 0, 'so does the compressed one');
	$bytes =~ s/(?:lost line\n){100}/"\0" x 1000/e;
	put($img, $bytes);
	my $r = run('mxcarve', '-q', '-y', 2026, '--extract', "$dir/ext2", $img);
	my %f = map { $_->{file_name} =~ m{([^/]+)$} => $_ } grep { $_->{file_name} } records($r);
	my $file = sub { my $e = $f{$_[0]}{extract}; return defined $e ? slurp("$dir/ext2/$e") : '' };

	ok($file->('mail.log') eq $long, 'the log, byte for byte');
	ok($file->('mail.log.2.gz') eq $long =~ s/^Sep  1/Sep  3/mgr, 'what the compressed one holds');
	is($f{'mail.log.3'}{extract}, undef, 'nothing of what is overwritten');
	is($f{'mail.log.3'}{recovered}, 'overwritten', 'which is said');
	is($f{'mail.log'}{magic}, 'text/plain', 'what it is');
	is($f{'mail.log'}{sha256}, sh('sha256sum', "$dir/ext2/$f{'mail.log'}{extract}")->{out} =~ s/ .*\n//r, 'its hash');
	is(sh('sha256sum', '-c', '--strict', 'manifest.sha256', { cd => "$dir/ext2" })->{status}, 0, 'sha256sum -c');
	my %type = map { reverse split /  |\n/ } split /^/, slurp("$dir/ext2/manifest.types");
	is($type{$f{'mail.log.2.gz'}{extract}}, 'text/plain', 'in manifest.types');
	is(join(' ', sort keys %type), join(' ', sort map { s{^\Q$dir\E/ext2/}{}r } glob "$dir/ext2/*/*"), 'all of them');
};

done_testing();
