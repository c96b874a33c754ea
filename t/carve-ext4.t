#!/usr/bin/perl

# mxcarve and what ext2, ext3 and ext4 know: --unallocated reads what dumpe2fs
# says is free and nothing else; deleted queue files and logs come back with
# name, times and extents from the journal, or from what deleting left; file
# systems that are damaged or lie are named, and read as raw bytes.

use strict;
use warnings;
use lib 't';
use Digest::SHA qw(sha256_hex);
use Test::More;
use Time::HiRes ();
use Mx qw(:DEFAULT cmd long_id);
use Queue;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');
$ENV{PATH} .= ':/usr/sbin:/sbin';
plan skip_all => 'no e2fsprogs' if system('mke2fs -V >/dev/null 2>&1') != 0;

my $dir = dir();

sub debugfs {
	my ($img, @do) = @_;

	return cmd('debugfs', '-w', '-f', '-', $img, { in => join("\n", @do, '') });
}

sub records { return decoded($_[0]{out}) }
sub of_type { my ($r, $t) = @_; return grep { $_->{type} eq $t } records($r) }

# The files that a file system knows; not those that were only carved.
sub files { return grep { exists $_->{inode} } of_type($_[0], 'file') }

# A log line that is only there once.
sub logline {
	my ($what) = @_;

	return "2026-11-29T03:00:00+00:00 mx postfix/qmgr[12]: warning: $what\n";
}

# The bytes of a record, by its place or places.
sub bytes {
	my ($img, $f) = @_;

	return join '', map { /(\d+)\+(\d+)/ ? substr($img, $1, $2) : () } split / /, $f->{refs} // "$f->{off}+$f->{len}";
}

subtest 'what is free' => sub {
	mkdir "$dir/root";
	mkdir "$dir/root/$_" for 'log', 'd';
	put("$dir/root/log/mail.log", map { logline("live $_") } 1 .. 400);
	for my $i (1 .. 120) {
		put("$dir/root/d/f$i", map { logline("gone $i $_") } 1 .. $i);
	}
	for my $v (['-t', 'ext4'], ['-t', 'ext4', '-b', 1024], ['-t', 'ext2', '-b', 1024], ['-t', 'ext4', '-b', 1024, '-O', '^metadata_csum,uninit_bg'],
	    ['-t', 'ext4', '-b', 1024, '-O', '^64bit,^flex_bg'],
	    ['-t', 'ext4', '-b', 1024, '-O', 'meta_bg,^resize_inode', '-g', 1024], ['-t', 'ext4', '-b', 2048, '-O', 'sparse_super2']) {
		my $img = "$dir/free.img";

		open my $o, '>:raw', $img or die;
		for my $k (0 .. 10 * 1024 - 1) {
			my $l = logline("block $k");
			print $o $l, "\0" x (1024 - length $l);
		}
		close $o;
		cmd('mke2fs', '-q', '-F', '-E', 'nodiscard,lazy_itable_init=1,lazy_journal_init=1', '-d', "$dir/root", @$v, $img);
		debugfs($img, map { "rm /d/f$_" } 7, 50 .. 90);
		my ($size) = cmd('dumpe2fs', '-h', $img) =~ /^Block size:\s+(\d+)/m;
		my (%free, %want, %got);
		for (split /\n/, cmd('dumpe2fs', $img)) {
			next unless /^\s+Free blocks: (.*)/;
			for (split /, /, $1) {
				$free{$_} = 1 for /(\d+)-(\d+)/ ? $1 .. $2 : $_;
			}
		}
		my $bytes = slurp($img);
		for (my $at = 0; ($at = index $bytes, '2026-11-29T03:00:00+00:00 mx postfix/', $at) >= 0; $at++) {
			$want{$at} = 1 if $free{int $at / $size};
		}
		my $r = run('mxcarve', '--unallocated', '--copies', '--disk-order', '-q', $img);
		$got{$_->{off}} = 1 for of_type($r, 'event');
		is($r->{status}, 0, "@$v: status");
		cmp_ok(scalar(keys %want), '>', 2000, 'many lines in free blocks');
		is(scalar(grep { !$got{$_} } keys %want), 0, 'all of them');
		is(scalar(grep { !$want{$_} } keys %got), 0, 'and no other');
	}
};

subtest 'what cannot be told' => sub {
	my $img = put("$dir/other.img", "\0" x 65536, logline('x'), "\0" x 65536);
	my $r = run('mxcarve', '--unallocated', $img);

	is($r->{status}, 2, 'no file system: status');
	is(scalar(of_type($r, 'event')), 0, 'nothing is read');
	like($r->{err}, qr/no ext2, ext3 or ext4 file system: what is free cannot be told/, 'and it is said');
	is(run('mxcarve', $img)->{status}, 0, 'without the option it is none of our business');
	$r = run('mxcarve', '--unallocated', '-', { in => slurp($img) });
	is($r->{status}, 2, 'a pipe');
	is(scalar(of_type($r, 'event')), 0, 'nothing of it');
	# Bitmaps of one group damaged: it is left out, and its bytes named.
	cmd('mke2fs', '-q', '-F', '-t', 'ext4', '-b', 1024, '-d', "$dir/root", put("$dir/bad.img"), '32M');
	debugfs("$dir/bad.img", 'rm /d/f100', 'rm /log/mail.log');
	my ($bitmap) = cmd('dumpe2fs', "$dir/bad.img") =~ /Group 0:.*?Block bitmap at (\d+)/s;
	my $all = scalar of_type(run('mxcarve', '-q', '--unallocated', "$dir/bad.img"), 'event');
	cmp_ok($all, '>=', 480, 'deleted lines');
	my $bytes = slurp("$dir/bad.img");
	substr($bytes, $bitmap * 1024 + 5, 1) ^= "\1";
	put("$dir/bad.img", $bytes);
	$r = run('mxcarve', '--unallocated', "$dir/bad.img");
	is($r->{status}, 2, 'a damaged bitmap: status');
	like($r->{err}, qr/what is free of 8388608 bytes cannot be told/, 'the group is named');
};

# Queue files that do not say what they are called: as of Postfix 2.7, and
# made two seconds after their Received header.
sub unnamed {
	my ($mail) = @_;

	$mail =~ s/log_ident=400008000D/sasl_sender=a\@b.cdef/;
	return $mail =~ s/create_time=1772366461/create_time=1772366463/r;
}

# An image that debugfs writes the journal of: no mount, no root.  The old
# states of an inode table's block and of a directory are the first
# transaction, the present ones the second.
subtest 'by a journal of debugfs' => sub {
	my $img = "$dir/jw.img";
	my $mail = unnamed(slurp('samples/queue/400008000D'));

	mkdir "$dir/jw";
	mkdir "$dir/jw/deferred";
	put("$dir/jw/deferred/x", $mail);
	cmd('mke2fs', '-q', '-F', '-t', 'ext4', '-b', 1024, '-O', '^metadata_csum', '-J', 'size=1', '-d', "$dir/jw", put($img), '8M');
	my ($ino) = debugfs($img, 'stat /deferred/x') =~ /Inode: (\d+)/;
	my $qid = sprintf '12345%X', $ino;
	debugfs($img, "ln /deferred/x /deferred/$qid", 'unlink /deferred/x', "sif /deferred/$qid crtime \@1772366461");
	my ($table, $pos) = debugfs($img, "imap <$ino>") =~ /located at block (\d+), offset 0x([0-9a-f]+)/;
	my ($entries) = debugfs($img, 'blocks /deferred') =~ /^(\d+)\s*$/m;
	my $old = slurp($img);
	my $near = run('mxcarve', $img);
	is(scalar(files($near)), 0, 'a file that lives is not deleted');
	put("$dir/old", substr($old, $table * 1024, 1024), substr($old, $entries * 1024, 1024));
	debugfs($img, "rm /deferred/$qid");
	# As the kernel does it: no size, no extents, no name.
	my $new = slurp($img);
	substr($new, $table * 1024 + hex($pos) + 4, 4) = "\0" x 4;
	substr($new, $table * 1024 + hex($pos) + 40 + 12, 48) = "\0" x 48;
	substr($new, $table * 1024 + hex($pos) + 40 + 2, 2) = "\0" x 2;
	my $name = index $new, $qid, $entries * 1024;
	substr($new, $name - 8, 8 + length $qid) = "\0" x (8 + length $qid) if $name >= 0;
	put($img, $new);
	is(scalar(files(run('mxcarve', $img))), 0, 'nothing is left of it but in a journal');
	put("$dir/new", substr($new, $table * 1024, 1024), substr($new, $entries * 1024, 1024));
	debugfs($img, 'jo', "jw -b $table,$entries $dir/old", "jw -b $table,$entries $dir/new", 'jc');
	my $log = cmd('debugfs', '-R', 'logdump -a', $img);
	like($log, qr/FS block $table logged at/, 'debugfs has written the journal');
	my ($f, @more) = files(run('mxcarve', $img));
	is(scalar(@more), 0, 'one file');
	is($f->{qid}, $qid, 'its queue ID');
	is($f->{file_name}, "/deferred/$qid", 'its path');
	is($f->{queue}, 'deferred', 'its queue');
	is($f->{inode}, $ino, 'its inode');
	is($f->{recovered}, 'whole', 'whole');
	is($f->{sha256}, sha256_hex($mail), 'the same bytes');
	is(bytes(slurp($img), $f), $mail, 'at its place');
	my ($at) = $log =~ /FS block $table logged at journal block (\d+)/;
	my @journal = debugfs($img, 'blocks <8>') =~ /(\d+) /g;
	is($f->{inode_off}, $journal[$at] * 1024 + hex $pos, 'the state that it rests on');
	is(scalar(grep { $_->{qid} // '' eq $qid } of_type(run('mxcarve', $img), 'event')) > 3, 1, 'its events');
	# A whole queue file of the same size, but made at another time.
	my $other = $mail =~ s/create_time=1772366463/create_time=1772366999/r;
	$new = slurp($img);
	substr($new, $f->{off}, $f->{len}) = $other;
	put($img, $new);
	my ($twin) = files(run('mxcarve', $img));
	is($twin->{recovered}, 'plausible', 'another file may stand there');
	# Something else stands in its block now.
	$new = slurp($img);
	substr($new, $f->{off}, $f->{len}) = 'x' x $f->{len};
	put($img, $new);
	($f, @more) = files(run('mxcarve', $img));
	is($f->{recovered}, 'overwritten', 'overwritten');
	is($f->{qid}, $qid, 'its name is still known');
	substr($new, $f->{off}, 300) = substr($mail, 0, 300);
	put($img, $new);
	($f, @more) = files(run('mxcarve', $img));
	is($f->{recovered}, 'partial', 'partial');
};

subtest 'ext2, and names that deleting left' => sub {
	my $img = "$dir/ext2.img";
	my $mail = unnamed(slurp('samples/queue/milter'));

	mkdir "$dir/e2";
	mkdir "$dir/e2/$_" for 'active', 'log';
	put("$dir/e2/active/x", $mail);
	put("$dir/e2/log/mail.log.1", map { logline("old $_") } 1 .. 5000);
	put("$dir/e2/log/mail.logic", 'no log');
	put("$dir/e2/log/CAFEBABE", 'no queue file');
	cmd('mke2fs', '-q', '-F', '-t', 'ext2', '-b', 1024, '-d', "$dir/e2", put($img), '8M');
	my ($ino) = debugfs($img, 'stat /active/x') =~ /Inode: (\d+)/;
	my $qid = long_id(1772366461, 123456, $ino);
	debugfs($img, "ln /active/x /active/$qid", 'unlink /active/x', "sif /active/$qid crtime \@1772366462",
	    "rm /active/$qid", 'rm /log/mail.log.1', 'rm /log/CAFEBABE');
	my %f = map { ($_->{file_name} => $_) } files(run('mxcarve', $img));
	is(join(' ', sort keys %f), "/active/$qid /log/mail.log.1", 'the files');
	is($f{"/active/$qid"}{recovered}, 'whole', 'queue file: whole');
	is($f{"/active/$qid"}{sha256}, sha256_hex($mail), 'its bytes');
	my $log = $f{'/log/mail.log.1'};
	is($log->{recovered}, 'plausible', 'log: text to its end');
	is($log->{sha256}, sha256_hex(slurp("$dir/e2/log/mail.log.1")), 'its bytes, by a block map');
	ok($log->{size} > 268 * 1024, 'of two levels');
	# The time in the queue ID is not that of the inode: another life.
	debugfs($img, "sif <$ino> crtime \@1772366561");
	my @g = grep { ($_->{qid} // '') eq $qid } files(run('mxcarve', $img));
	is($g[0]{recovered}, 'lost', 'a queue ID of another second does not fit the inode');
};

# bzip2 and lz4 are not decoded, but known.
subtest 'logs that are compressed otherwise' => sub {
	my $img = "$dir/packed.img";
	my @packed = grep { system("$_ --version >/dev/null 2>&1 </dev/null") == 0 } 'bzip2', 'lz4';

	mkdir "$dir/packed";
	mkdir "$dir/packed/log";
	put("$dir/plain", map { logline(sha256_hex($_)) } 1 .. 300);
	cmd('sh', '-c', "$_ -zc $dir/plain >$dir/packed/log/mail.log.1.$_") for @packed;
	# Near miss: nothing of the kind.
	put("$dir/packed/log/mail.log.2.bz2", join '', map { sha256_hex($_) =~ s/(..)/chr hex $1/ger } 1 .. 200);
	cmd('mke2fs', '-q', '-F', '-t', 'ext2', '-b', 1024, '-d', "$dir/packed", put($img), '1M');
	debugfs($img, map { "rm /log/$_" } (map { "mail.log.1.$_" } @packed), 'mail.log.2.bz2');
	my $r = run('mxcarve', '--extract', "$dir/packed.out", $img);
	my %f = map { ($_->{file_name} => $_) } files($r);
	for (@packed) {
		my $f = $f{"/log/mail.log.1.$_"};

		is($f->{recovered}, 'plausible', "$_: it is there");
		is(slurp("$dir/packed.out/$f->{extract}"), slurp("$dir/packed/log/mail.log.1.$_"), "$_: and can be taken out");
	}
	is($f{'/log/mail.log.2.bz2'}{recovered}, 'overwritten', 'something else');
};

# A log whose stamps have no year was written before its file was modified.
subtest 'the year by the file that a line lies in' => sub {
	my $img = "$dir/year.img";
	my $bsd = sub { my ($day, $n) = @_; return map { "$day 10:00:00 mx postfix/qmgr[12]: warning: $day $_\n" } 1 .. $n };

	system 'rm', '-rf', "$dir/year";
	mkdir "$dir/year";
	mkdir "$dir/year/log";
	put("$dir/year/log/mail.log", $bsd->('Mar  4', 100));
	put("$dir/year/log/mail.log.1", $bsd->('Feb 27', 100));
	put("$dir/year/log/maillog", $bsd->('Sep  9', 100));
	put("$dir/year/log/notes", $bsd->('Mar  3', 100));
	# 5 March 2024.
	utime 1709600000, 1709600000, glob "$dir/year/log/*" or die;
	for my $type ('ext4', 'ext2') {
		cmd('mke2fs', '-q', '-F', '-t', $type, '-b', 1024, '-d', "$dir/year", put($img), '8M');
		# What debugfs removes keeps its map where it is no ext4.
		debugfs($img, 'rm /log/mail.log.1') if $type eq 'ext2';
		my %time;
		$time{$_->{text} =~ s/ \d+\z//r}{$_->{time} // '-'} = $_->{time_note} for of_type(run('mxcarve', '-q', $img), 'event');
		is(join(' ', sort keys %{$time{'warning: Mar  4'}}), '2024-03-04T10:00:00Z', "$type: the last year that it can be of");
		like($time{'warning: Mar  4'}{'2024-03-04T10:00:00Z'}, qr/year-from-mtime/, 'and why');
		is(join(' ', sort keys %{$time{'warning: Feb 27'}}), '2024-02-27T10:00:00Z', 'also of a log that was deleted') if $type eq 'ext2';
		# Near misses.
		is(join(' ', sort keys %{$time{'warning: Sep  9'}}), '-', 'half a year before: perhaps not what was modified then');
		is(join(' ', sort keys %{$time{'warning: Mar  3'}}), '-', 'a file that is called otherwise');
		%time = ();
		$time{$_->{text} =~ s/ \d+\z//r}{$_->{time} // '-'} = 1 for of_type(run('mxcarve', '-q', '--year', 2021, $img), 'event');
		is(join(' ', sort keys %{$time{'warning: Mar  4'}}), '2021-03-04T10:00:00Z', '--year counts before it');
	}
};

# On a busy server an inode number has several lives a second, and their blocks
# go to the next ones: which name is whose?
subtest 'whose name, and whose content' => sub {
	my $img = "$dir/whose.img";
	my $mail = slurp('samples/queue/400008000D');
	my $sec = 1772366461;

	mkdir "$dir/whose";
	mkdir "$dir/whose/active";
	# The file that was born at $sec.$usec, and what stands in it now.
	my $known = sub {
		my ($usec, $ino_of, $name_of, $id_of, $created, $more) = @_;
		my ($bytes, $ino, $name, $id);

		# Its inode number is the same each time.
		for (1, 2) {
			$id = defined $ino ? $id_of->($ino) : '400008000D';
			$bytes = called($mail, '400008000D', $id, $created // $sec) . ($more // '');
			put("$dir/whose/active/x", $bytes);
			cmd('mke2fs', '-q', '-F', '-t', 'ext2', '-b', 1024, '-I', 256, '-d', "$dir/whose", put($img), '1M');
			($ino) = debugfs($img, 'stat /active/x') =~ /Inode: (\d+)/;
		}
		$name = $name_of->($ino);
		debugfs($img, "ln /active/x /active/$name", 'unlink /active/x') if $name ne '';
		my ($table, $pos) = debugfs($img, "imap <$ino>") =~ /located at block (\d+), offset 0x([0-9a-f]+)/;
		debugfs($img, $name ne '' ? "rm /active/$name" : 'rm /active/x');
		my $disk = slurp($img);
		substr $disk, $table * 1024 + hex($pos) + 0x90, 8, pack 'V2', $sec, ($usec * 1000) << 2;
		my @f = files(run('mxcarve', '-q', put($img, $disk)));
		is(scalar(grep { $_->{sha256} && $_->{sha256} ne sha256_hex($bytes) } @f), 0, 'its bytes') if @f;
		return join ', ', map {
			my $q = !$_->{qid} ? '-' : $_->{qid} eq $id ? 'content' : $_->{qid} eq $name ? 'name' : $_->{qid};

			$q = 'both' if $name eq $id;
			"$q $_->{recovered} $_->{confidence} " . ($_->{file_name} ? 'named' : 'nameless');
		} @f;
	};
	my $at = sub { my ($s, $us, $more) = @_; return sub { long_id($s, $us, $_[0] + ($more // 0)) } };
	my $short = sub { my ($us, $more) = @_; return sub { sprintf '%05X%X', $us, $_[0] + ($more // 0) } };
	my $none = sub { '' };

	is($known->(500_000, 0, $at->($sec, 503_000), $at->($sec, 503_000)), 'both whole high named', 'its name, and it says so');
	is($known->(500_000, 0, $at->($sec, 496_000), $at->($sec, 496_000)), 'both whole high named', 'by a clock that is coarse');
	is($known->(500_000, 0, $at->($sec, 740_000), $at->($sec, 740_000)), 'both whole high named', 'by a disk that is slow');
	is($known->(500_000, 0, $short->(503_000), $short->(503_000)), 'both whole high named', 'a short name');
	is($known->(999_000, 0, $short->(2_000), $short->(2_000)), 'both whole high named', 'over a second');
	like($known->(500_000, 0, $at->($sec + 1, 770_000), $at->($sec, 503_000)), qr/^content whole high nameless, name lost \S+ named$/,
	    'the name of a later life of the same inode');
	like($known->(500_000, 0, $short->(800_000), $short->(503_000)), qr/^content whole high nameless, name lost \S+ named$/,
	    'a short one, by its microseconds');
	is($known->(500_000, 0, $at->($sec, 503_000), $at->($sec, 800_000, 1)), 'name overwritten low named', 'the file of another inode stands there now');
	is($known->(500_000, 0, $short->(503_000), $short->(800_000, 1)), 'name overwritten low named', 'the same with short IDs');
	is($known->(500_000, 0, $at->($sec, 503_000), $at->($sec + 9, 0), $sec + 9), 'name overwritten low named', 'and that of a later life');
	is($known->(500_000, 0, $at->($sec, 503_000), $at->($sec, 503_000), $sec, 'x' x 700), 'both plausible medium named',
	    'something stands behind its end');
	is($known->(500_000, 0, $none, $at->($sec, 503_000)), 'content whole high nameless', 'without a name: what it calls itself');
	is($known->(500_000, 0, $none, $at->($sec + 2, 0, 1), $sec + 2), '', 'without a name, and made later as that of another inode: it is that one');
	is($known->(500_000, 0, $none, $at->($sec - 900, 0, 1), $sec - 900), 'content plausible medium nameless', 'made earlier: a spool that was restored');
};

my $mount = do {
	my $img = put("$dir/probe.img");

	mkdir "$dir/mnt";
	$> == 0 && system('mke2fs', '-q', '-F', '-t', 'ext4', $img, '4M') == 0 &&
	    system("mount -o loop $img $dir/mnt 2>/dev/null") == 0 && system("umount $dir/mnt") == 0;
};

# Files in the spool of a mounted image under the IDs that Postfix would give
# them; name => contents.
sub spool {
	my ($queue, $n, @from) = @_;
	my %made;

	for my $i (1 .. $n) {
		my $c = $from[$i % @from];
		my $p = "$dir/mnt/spool/$queue/tmp.$i";

		my ($s, $us) = Time::HiRes::gettimeofday();
		$c =~ s/create_time=\d{10}/create_time=$s/;
		put($p, $c);
		my $qid = long_id($s, $us, (stat $p)[1]);
		chmod 0700, $p;
		rename $p, "$dir/mnt/spool/$queue/$qid" or die;
		$made{"/spool/$queue/$qid"} = $c;
	}
	return %made;
}

SKIP: {
	skip 'no loop mounts here', 1 unless $mount;
	my @mail = map { unnamed(slurp("samples/queue/$_")) } '400008000D', 'milter';

	for my $v (['-t', 'ext4'], ['-t', 'ext4', '-b', 1024, '-O', '^metadata_csum'], ['-t', 'ext3', '-b', 1024],
	    ['-t', 'ext4', '-O', '^64bit', '-I', 128], ['-t', 'ext4', '-O', '^has_journal']) {
		subtest "deleted by the kernel: @$v" => sub {
			my $img = "$dir/k.img";
			my $journal = "@$v" !~ /\^has_journal/;

			unlink $img;
			cmd('mke2fs', '-q', '-F', @$v, put($img), '24M');
			cmd('mount', '-o', 'loop', $img, "$dir/mnt");
			mkdir "$dir/mnt/$_" for 'spool', 'spool/active', 'spool/deferred', 'log';
			my %made = (spool('active', 20, @mail), spool('deferred', 20, @mail));
			my %live = spool('active', 5, @mail);
			# Two files grow by turns, so that both are in many pieces.
			my $gz = do {
				put("$dir/z", map { logline('rotated ' . sha256_hex($_)) } 1 .. 1200);
				cmd('gzip', '-nf', "$dir/z");
				slurp("$dir/z.gz");
			};
			for (my $at = 0; $at < length $gz; $at += 8192) {
				for my $f ('mail.log.2.gz', 'other') {
					open my $o, '>>', "$dir/mnt/log/$f" or die;
					print $o substr $gz, $at, 8192;
					close $o;
					cmd('sync', "$dir/mnt/log/$f");
				}
			}
			put("$dir/mnt/log/mail.log", map { logline("log $_") } 1 .. 2000);
			my $log = slurp("$dir/mnt/log/mail.log");
			cmd('sync', '-f', "$dir/mnt");
			unlink map { "$dir/mnt$_" } keys %made;
			unlink "$dir/mnt/log/mail.log.2.gz";
			truncate "$dir/mnt/log/mail.log", 1000;
			cmd('sync', '-f', "$dir/mnt");
			my $live = slurp($img);
			cmd('umount', "$dir/mnt");
			my $dead = slurp($img);
			my $disk = "\0" x (1 << 20);
			substr($disk, 446, 16) = pack 'C8VV', 0, 0, 0, 0, 0x83, 0, 0, 0, 2048, length($dead) / 512;
			substr($disk, 510, 2) = "\x55\xaa";

			my @images = (['unmounted', $dead, 0], ['while it was mounted', $live, 0]);
			push @images, ['in a partition', $disk . $dead, 1 << 20] if "@$v" eq '-t ext4';
			for (@images) {
				my ($what, $bytes, $base) = @$_;
				my $r = run('mxcarve', put("$dir/x.img", $bytes));
				my %f = map { ($_->{file_name} // "nameless $_->{inode}" => $_) } files($r);

				is($r->{status}, 0, "$what: status");
				if (!$journal) {
					is(scalar(grep { $_->{recovered} =~ /whole|plausible/ } values %f), 0, "$what: without a journal nothing is whole");
					next;
				}
				is(scalar(grep { ($f{$_}{recovered} // '') ne 'whole' } keys %made), 0, "$what: all queue files are whole");
				is(scalar(grep { ($f{$_}{sha256} // '') ne sha256_hex($made{$_}) } keys %made), 0, "$what: and the same bytes");
				is(scalar(grep { bytes($bytes, $f{$_}) ne $made{$_} } keys %made), 0, "$what: at their places");
				is(scalar(grep { $f{$_} } keys %live), 0, "$what: none that lives");
				is(scalar(grep { $_->{qid} && ($_->{id_inode} != $_->{inode} || !$_->{deleted}) } values %f), 0,
				    "$what: inodes are those of the IDs, and deletion is dated");
				is(scalar(grep { ($_->{volume} // 0) != ($base ? 1 : 0) || $_->{off} < $base } values %f), 0, "$what: partition");
				my $z = $f{'/log/mail.log.2.gz'};
				is($z->{recovered}, 'whole', "$what: the gzip file in pieces");
				is(bytes($bytes, $z), $gz, "$what: its pieces");
				cmp_ok(scalar(split / /, $z->{refs}), '>', 4, "$what: more of them than an inode has room for");
				my $m = $f{'/log/mail.log'};
				is($m->{note}, 'truncated', "$what: the log that was cut");
				# The kernel clears the rest of the last block.
				is($m->{recovered}, 'partial', "$what: not all of it is left");
				ok(substr(bytes($bytes, $m), 4096) eq substr($log, 4096), "$what: the rest is as it was");
				is(scalar(keys %f), keys(%made) + 2, "$what: no other");
			}
			return unless $journal;
			# Again, with the disk filled up to its last block: what is said
			# to be whole is.
			cmd('mount', '-o', 'loop', $img, "$dir/mnt");
			my ($loop) = slurp('/proc/mounts') =~ m{^/dev/(loop\d+) \Q$dir\E/mnt }m;
			# Some blocks are reserved even for root; not everybody may
			# change that.
			my $all = 0;
			if (open my $o, '>', "/sys/fs/ext4/$loop/reserved_clusters") {
				print $o "0\n";
				$all = close $o;
			}
			for my $size (2 << 20, 4096, 1024) {
				open my $o, '>>', "$dir/mnt/fill" or die;
				while (syswrite $o, 'x' x $size) { }
				close $o;
			}
			cmd('umount', "$dir/mnt");
			my $r = run('mxcarve', '-q', $img);
			my %truth = map { (sha256_hex($_) => 1) } values %made, $gz;
			is(scalar(grep { $_->{recovered} eq 'whole' && !$truth{$_->{sha256}} } files($r)), 0, 'overwritten: none is wrong and called whole');
			$all or note('reserved blocks: the disk was not filled whole'), return;
			cmp_ok(scalar(grep { $_->{recovered} eq 'overwritten' } files($r)), '>', 0, 'and some say so') or
			    diag(join ' ', map { "$_->{inode}:$_->{recovered}:$_->{note}" } files($r));
		};
	}
}

subtest 'where --offset leads to' => sub {
	# As a logical volume: no partition table knows it.
	my $img = "$dir/lv.img";
	my $plain = "$dir/lvplain.img";

	cmd('mke2fs', '-q', '-F', '-t', 'ext4', '-b', 1024, '-d', "$dir/root", put($plain), '20M');
	debugfs($plain, 'rm /log/mail.log');
	my $gone = logline('in no file system') x 3;
	put($img, pack('a8192', $gone), "\0" x (1 << 20), slurp($plain), $gone);
	my $at = 8192 + (1 << 20);
	my $places = sub { my ($from, $r) = @_; return join ' ', map { $_->{off} - $from } grep { exists $_->{off} } of_type($r, 'event'), files($r) };

	for my $o ([], ['--unallocated']) {
		my $want = run('mxcarve', '-q', '--copies', @$o, $plain);
		my $got = run('mxcarve', '-q', '--copies', @$o, '--offset', $at, '--length', -s $plain, $img);
		cmp_ok(scalar(files($want)), '>', 0, "@$o: deleted files");
		is($places->($at, $got), $places->(0, $want), "@$o: the same as of the file system alone");
	}
	my $r = run('mxcarve', '--unallocated', '--offset', $at, $img);
	is(scalar(grep { $_->{text} =~ /in no file system/ } of_type($r, 'event')), 0, 'what lies behind it is not free');
	# Near misses.
	$r = run('mxcarve', '--unallocated', '--offset', $at + 1024, $img);
	like($r->{err}, qr/no ext2, ext3 or ext4 file system/, 'a block further there is none');
	is(scalar(of_type($r, 'event')), 0, 'and nothing is read');
};

subtest 'damage and lies' => sub {
	my $img = "$dir/lie.img";
	my $plain = "$dir/plain.img";

	cmd('mke2fs', '-q', '-F', '-t', 'ext4', '-b', 1024, '-O', '^metadata_csum', '-d', "$dir/root", put($plain), '20M');
	debugfs($plain, 'rm /log/mail.log');
	my $n = scalar of_type(run('mxcarve', '-q', $plain), 'event');
	cmp_ok($n, '>=', 400, 'lines');
	my $bytes = slurp($plain);
	my $lie = sub {
		my ($what, $word, $status, @change) = @_;
		my $b = $bytes;

		substr($b, $_->[0], length $_->[1]) = $_->[1] for @change;
		for my $o ([], ['--unallocated']) {
			my $r = run('mxcarve', @$o, put($img, $b));

			is($r->{status}, $status, "$what @$o: status");
			like($r->{err}, $word, "$what @$o: it is said");
			is(scalar(of_type($r, 'event')), $n, "$what: all lines") unless @$o;
		}
	};
	my $no_copy = [ 8193 * 1024 + 56, "\0\0" ];

	# The one that makes libext2fs write behind its memory.
	$lie->('clusters per group', qr/offset 0: a file system of ext2, ext3 or ext4 that is damaged: read as raw/, 2,
	    [1024 + 36, pack 'V', 8184], $no_copy);
	$lie->('cluster size', qr/damaged: read as raw/, 2, [1024 + 28, pack 'V', 2], $no_copy);
	$lie->('inodes per group', qr/damaged: read as raw/, 2, [1024 + 40, pack 'V', 1 << 30], $no_copy);
	$lie->('block size', qr/damaged: read as raw/, 2, [1024 + 24, pack 'V', 40], $no_copy);
	$lie->('a copy is there', qr/the superblock is damaged; a copy is used/, 2, [1024 + 36, pack 'V', 8184]);
	$lie->('wiped', qr/the superblock is damaged; a copy is used/, 2, [1024, "\0" x 1024]);
	# An extent tree of an inode that leads to itself; a directory without end.
	my ($table) = cmd('dumpe2fs', $plain) =~ /Group 0:.*?Inode table at (\d+)/s;
	my $root = $table * 1024 + 256;
	my $tree = pack 'v4V', 0xf30a, 1, 4, 3, 0;
	my $self = pack 'V2v2', 0, $table, 0, 0;
	my $b = $bytes;
	substr($b, $root + 40, 24) = $tree . $self;
	substr($b, $table * 1024, 24) = $tree . $self;
	my $r = run('mxcarve', '-q', put($img, $b));
	is($r->{status}, 0, 'an extent tree that leads to itself: status');
	is(scalar(of_type($r, 'event')), $n, 'all lines');
	$b = $bytes;
	substr($b, $root + 4, 4) = pack 'V', 0x7fffffff;
	substr($b, $root + 40, 12) = pack 'v4V', 0xf30a, 4, 4, 0, 0;
	substr($b, $root + 52 + 12 * $_, 12) = pack 'Vv2V', $_ * 20000, 20000, 0, 2 for 0 .. 3;
	$r = run('mxcarve', '-q', put($img, $b));
	is($r->{status}, 0, 'a directory that is the whole disk, four times: status');
	is(scalar(of_type($r, 'event')), $n, 'all lines');
	# All group descriptors name one inode table.
	$b = $bytes;
	substr($b, 2048 + $_ * 64 + 8, 4) = substr($bytes, 2048 + 8, 4) for 1, 2;
	is(run('mxcarve', '-q', put($img, $b))->{status}, 0, 'one inode table for all groups');
	# Cut off in the middle.
	$r = run('mxcarve', '-q', put($img, substr $bytes, 0, 6 << 20));
	is($r->{status} =~ /^[012]$/ ? 1 : 0, 1, 'cut off');
};

done_testing();
