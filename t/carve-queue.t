#!/usr/bin/perl

# Queue files in raw bytes: what a real Postfix wrote, placed in images in a
# row and in pieces, with some of the pieces gone.

use strict;
use warnings;
use Digest::SHA 'sha256_hex';
use File::Temp;
use Test::More;
use lib 't';
use Chance;
use Mx;

my $dir = dir();
chmod 0755, $dir;	# Postfix must get in
my $block = 4096;
my (%text, %defer);

sub pad { my ($s, $n) = @_; return $s . "\0" x (-length($s) % ($n // $block)) }

sub noise { return join '', map { pack 'n', any(65536) } 1 .. $_[0] / 2 }

# What else is on a disk: nothing, anything, text.
sub filler {
	my $n = $block * (1 + any(8));
	my $k = any(3);

	return $k == 0 ? "\0" x $n : $k == 1 ? noise($n) :
	    substr join(' ', map { ('the', 'N', 'Next', 'LX', "X\nN", 'report')[any(6)] } 1 .. $n), 0, $n;
}

sub records {
	my ($r) = @_;

	return decoded($r->{out});
}

sub files { return grep { $_->{type} eq 'file' } records($_[0]) }

# Cut the texts into so many pieces; some lose the last one.
sub scatter {
	my ($pieces, $lose, @texts) = @_;
	my @all = map { filler() } 1 .. 40;

	for my $s (@texts) {
		my $blocks = int((length($s) + $block - 1) / $block);
		my $n = $pieces < $blocks ? $pieces : $blocks;
		my %cut;
		my ($from, @part) = (0);

		$cut{1 + any($blocks - 1)} = 1 while keys %cut < $n - 1;
		for my $to (sort({ $a <=> $b } keys %cut), $blocks) {
			push @part, pad(substr $s, $from * $block, ($to - $from) * $block);
			$from = $to;
		}
		pop @part if $lose && @part > 1;
		push @all, @part;
	}
	return join '', shuffle(@all);
}

# Files said to be complete, by their hash; those that never were are wrong.
sub score {
	my ($r, @texts) = @_;
	my %true = map { sha256_hex($_) => 1 } @texts;
	my @whole = grep { $_->{complete} } files($r);
	my %found = map { $_->{sha256} => 1 } grep { $true{$_->{sha256}} } @whole;

	return (scalar(keys %found), scalar(grep { !$true{$_->{sha256}} } @whole));
}

sub bytes_of {
	my ($image, $f) = @_;

	return join '', map { /^(\d+)\+(\d+)$/ ? substr($image, $1, $2) : die } split / /, $f->{refs} // "$f->{off}+$f->{len}";
}

seed(1);
my ($sample, $milter) = map { slurp("samples/queue/$_") } qw(400008000D milter);

subtest 'near misses' => sub {
	my %miss = (
		'no column of numbers' => substr($sample, 0, 14) . 'x' . substr($sample, 15),
		'a width that never was' => "C\x5e" . substr($sample, 2),
		'X is not where C says' => substr($sample, 0, 1092) . "N\0" . substr($sample, 1092),
		'no E' => substr($sample, 0, -2),
		'content begins elsewhere' => $sample =~ s/            803/            804/r,
		'no sender' => $sample =~ s/S\x12ann\@sender/F\x12ann\@sender/r,
		'no recipient' => $sample =~ s/[DR]\x10(bob|eve)/O\x10$1/gr,
		'a record too long' => $sample =~ s/N\x18From/N\x19From/r,
	);
	for my $k (sort keys %miss) {
		my $r = run('mxcarve', put("$dir/miss.img", "\0" x 512 . pad($miss{$k}, 512)));
		my ($n, $wrong) = score($r, $sample);

		is("$n $wrong", '0 0', $k);
	}
	my $r = run('mxcarve', put("$dir/hit.img", "\0" x 512 . pad($sample, 512) . pad($milter, 512)));
	is(join(' ', score($r, $sample, $milter)), '2 0', 'and the files themselves');
	is(join(' ', map { "$_->{off}+$_->{len} $_->{qid}" } files($r)), '512+1127 400008000D 2048+580 400008000D', 'where they are, and what they are called');
	is(join(' ', score(run('mxcarve', put("$dir/odd.img", "\0" x 100 . $sample . "\0" x 512)), $sample)), '1 0', 'one that begins within a sector');
	my $html = "<html><body>recipient=nobody\n<a\@example.org>: reason=x status=4.0.0 action=delayed\n";
	is(scalar(files(run('mxcarve', put("$dir/html.img", pad($html, 512))))), 0, 'text that begins like a log');
};

subtest 'noise' => sub {
	system("head -c 67108864 /dev/zero | openssl enc -aes-128-ctr -nosalt -pass pass:postmortem 2>/dev/null >$dir/noise.img");
	plan skip_all => 'no openssl' if -s "$dir/noise.img" != 67108864;
	my $r = run('mxcarve', '--no-hash', "$dir/noise.img");
	is(scalar(grep { $_->{type} =~ /^(file|event)$/ } records($r)), 0, 'nothing in 64 MB of it');
	is($r->{status}, 1, 'status');
	unlink "$dir/noise.img";
};

if ($> != 0 || system('t/lab/mails', "$dir/lab", 120) != 0) {
	note('no Postfix, or not root: not tried on real queue files');
	done_testing();
	exit 0;
}
for my $f (glob("$dir/lab/files/*"), glob "$dir/lab/maildrop/*") {
	$text{$f =~ s{.*/}{}r} = slurp($f);
}
$defer{s{.*/}{}r} = slurp($_) for glob "$dir/lab/defer/*";
my @ids = sort keys %text;
my @texts = map { $text{$_} } @ids;
# A mailing is the same but for a name: nothing can tell whose a piece is.
my @own = grep { !/is line \d+ of the news/ } @texts;
my @news = grep { /is line \d+ of the news/ } @texts;

subtest 'in a row' => sub {
	my $image = join '', shuffle((map { pad($_, 512) } @texts), map { filler() } 1 .. 40);
	my $f = put("$dir/row.img", $image);
	my $r = run('mxcarve', $f);
	my @f = files($r);

	cmp_ok(scalar(@texts), '>=', 120, 'files');
	is(join(' ', score($r, @texts)), @texts . ' 0', 'each is found, nothing else');
	is($r->{status}, 0, 'status');
	is(scalar(grep { $_->{recovered} ne 'whole' || $_->{confidence} ne 'high' } @f), 0, 'all whole');
	is(scalar(grep { sha256_hex(bytes_of($image, $_)) ne $_->{sha256} } @f), 0, 'the bytes are at off, len');
	my %by = map { sha256_hex($text{$_}) => $_ } @ids;
	is(scalar(grep { !/maildrop/ && $by{$_->{sha256}} ne ($_->{qid} // $by{$_->{sha256}}) } @f), 0, 'the queue ID is right where it is given');
	is(scalar(grep { $_->{qid} } @f), scalar(glob_n("$dir/lab/files/*")), 'and is given for all but those of maildrop');
	# The same as mxqueue says of the file itself.
	my $same = sub { join ' ', map { $_->{event} . ' ' . ($_->{to} // '') . ' ' . ($_->{time} // '') . ' ' . ($_->{status} // '') } grep { $_->{type} eq 'event' } @_ };
	my ($id) = grep { length($text{$_}) > 20000 } @ids;
	my ($g) = grep { $by{$_->{sha256}} eq $id } @f;
	my @e = grep { $_->{type} eq 'event' && $_->{off} >= $g->{off} && $_->{off} < $g->{off} + $g->{len} } records(run('mxcarve', '--disk-order', $f));
	is($same->(@e), $same->(records(run('mxqueue', "$dir/lab/files/$id"))), 'the events that mxqueue gives');
	my ($e) = grep { $_->{event} eq 'recipient' } @e;
	like(substr($image, $e->{off}, $e->{len}), qr/^[RD].\Q$e->{to}\E\z/s, 'an event is at its record');
	my $p = run('mxcarve', '-', { in => $image });
	my $plain = sub { join "\n", grep { !/"type":"source"/ } split /\n/, $_[0]{out} =~ s/"((?:tls_)?src)":"[^"]*"/"$1":""/gr };
	is($plain->($p), $plain->($r), 'the same from a pipe');
	is(run('mxtrace', '-', { in => $r->{out} })->{status}, 0, 'mxtrace takes them');
	is(run('mxtime', '-', { in => $r->{out} })->{status}, 0, 'mxtime, too');
};

sub glob_n { return my @n = glob $_[0] }

subtest 'in two pieces' => sub {
	my @two = grep { length > $block } @own;
	my ($all, $good, $alike) = (0, 0, 0);

	for my $seed (1 .. 3) {
		seed($seed);
		my $image = scatter(2, 0, @texts);
		my $r = run('mxcarve', put("$dir/two.img", $image));
		my ($n, $wrong) = score($r, @texts);
		my ($own) = score($r, @two);

		is($wrong, 0, "image $seed: no wrong one");
		$all += grep { length > $block } @texts;
		$good += (score($r, grep { length > $block } @texts))[0];
		$alike += $own;
		is(scalar(grep { $_->{complete} && sha256_hex(bytes_of($image, $_)) ne $_->{sha256} } files($r)), 0, 'their bytes are where refs says');
		my @cut = grep { $_->{recovered} =~ /^(cut|envelope)$/ } files($r);
		# Records of another file may go on by chance.
		my $beyond = grep { my $b = bytes_of($image, $_); !grep { substr($_, 0, length $b) eq $b } @texts } @cut;
		cmp_ok($beyond, '<=', 0.2 * @cut, 'what is cut is the beginning of a file');
		is(scalar(grep { $_->{complete} } @cut), 0, 'and not called complete');
	}
	cmp_ok($good, '>=', 0.6 * $all, "$good of $all");
	# One image has 76 to 82 of 83: where files are cut depends on queue IDs.
	cmp_ok($alike, '>=', 0.9 * 3 * @two, "$alike of " . 3 * @two . ' that are like no other');
	diag("two pieces: $good of $all") if $ENV{VERBOSE};
};

subtest 'in more pieces, and with pieces gone' => sub {
	seed(5);
	for (['three pieces', 3, 0], ['the last is gone', 2, 1], ['the last of three is gone', 3, 1]) {
		my ($name, $pieces, $lose) = @$_;
		my $r = run('mxcarve', put("$dir/lost.img", scatter($pieces, $lose, @texts)));

		# Of three pieces, another file's may lie right behind the first,
		# with lines as long: about one in a thousand files.
		cmp_ok((score($r, @texts))[1], '<=', $pieces > 2 ? 1 : 0, "$name: no wrong one");
		cmp_ok(scalar(files($r)), '>=', scalar(@texts), "$name: something of each");
	}
	# A tail of one, and the heads of the others.
	my @head = map { substr $_, 0, 2 * $block } @news;
	for my $i (0 .. 2) {
		my $image = join '', map({ $_, filler() } @head[3 .. 8]), pad(substr $news[$i], 2 * $block);
		my $r = run('mxcarve', put("$dir/news.img", $image));

		is(scalar(grep { $_->{complete} } files($r)), 0, 'a piece of its twin completes no file');
	}
};

subtest 'the end of its twin right behind the beginning of a file' => sub {
	my %size;
	$size{length $_}++ for @news;
	my ($most) = sort { $size{$b} <=> $size{$a} || $a <=> $b } keys %size;
	my ($p, $q, @other) = grep { length == $most } @news;
	my ($long) = grep { length > 3 * $block } @own;
	my $at = 2 * $block;
	my $mixed = substr($p, 0, $at) . substr $q, $at;
	my %image = (
		'both pieces are elsewhere' => [pad($mixed), filler(), substr($q, 0, $at), noise($block), pad(substr $p, $at)],
		'the other beginning is' => [pad($mixed), filler(), substr($q, 0, $at), noise($block)],
		'its own end is' => [pad($mixed), noise($block), pad(substr $p, $at)],
	);

	cmp_ok($size{$most}, '>', 2, 'some are of one size');
	for my $k (sort keys %image) {
		my $image = join '', map({ pad($_) } @other), @{$image{$k}};
		my $r = run('mxcarve', put("$dir/twin.img", $image));
		my ($f) = grep { $_->{off} == index $image, $mixed } files($r);

		is((score($r, @texts))[1], 0, "$k: no wrong one");
		is("$f->{recovered} $f->{confidence} $f->{sha256}", 'guess low ' . sha256_hex($mixed), 'it is a guess');
		my @e = grep { $_->{type} eq 'event' && $_->{off} >= $f->{off} && $_->{off} < $f->{off} + $f->{len} } records($r);
		cmp_ok(scalar @e, '>', 1, 'with events');
		is(scalar(grep { $_->{confidence} ne 'low' } @e), 0, 'that are as unsure');
	}
	# They lie in a row, and so does what is beside them.
	my $r = run('mxcarve', put("$dir/twins.img", join '', (map { pad($_), filler() } $p, $q, @other), substr $long, 0, $at));
	is(join(' ', score($r, $p, $q, @other)), (2 + @other) . ' 0', 'twins in a row are complete');
	is(scalar(grep { $_->{recovered} eq 'whole' && $_->{confidence} ne 'high' } files($r)), 0, 'and sure');
};

subtest 'parts' => sub {
	my ($s) = grep { length > 5 * $block } @own;
	my $env = substr $s, 0, index($s, "M\0N") + 2;
	my ($f) = files(run('mxcarve', put("$dir/env.img", pad($env) . noise($block))));

	is("$f->{recovered} $f->{size}", 'envelope ' . length $env, 'an envelope');
	is($f->{from}, 'ann@example.com', 'tells the sender');
	ok(!$f->{complete}, 'is not complete');
	($f) = files(run('mxcarve', put("$dir/cut.img", substr($s, 0, 2 * $block) . noise($block))));
	is($f->{recovered}, 'cut', 'a file that breaks off');
	my $content = substr $s, length $env;
	my $image = noise($block) . pad(substr $content, 0, 3 * $block);
	($f) = files(run('mxcarve', put("$dir/content.img", $image)));
	is("$f->{recovered} $f->{off} $f->{confidence}", "content $block low", 'a content');
	is($f->{qid}, (grep { $text{$_} eq $s } @ids)[0], 'tells the queue ID');
	my @e = records(run('mxcarve', "$dir/content.img"));
	is(scalar(grep { ($_->{event} // '') eq 'received' && $_->{by} eq 'mails.example.org' } @e), 1, 'and where it came from');
	is(scalar(grep { ($_->{event} // '') =~ /^(client|queued|pickup)$/ } @e), 0, 'but not how it arrived');
};

subtest 'logs' => sub {
	my @l = (sort { length $a <=> length $b || $a cmp $b } values %defer)[0 .. 4, -1];
	my $image = join '', map { pad($_), filler() } @l;
	my $r = run('mxcarve', put("$dir/logs.img", $image));
	my %true = map { sha256_hex($_) => 1 } @l;
	my @f = grep { ($_->{format} // '') eq 'bounce-log' } files($r);

	is(scalar(grep { $true{$_->{sha256}} } @f), scalar(@l), 'each defer log');
	is(scalar(@f), scalar(@l), 'no other');
	my @e = grep { ($_->{event} // '') eq 'recipient' } records($r);
	is(scalar(@e), scalar(map { /^recipient=/mg } @l), 'an event for each entry');
	is(scalar(grep { substr($image, $_->{off}, $_->{len}) !~ /^recipient=\Q$_->{to}\E$/m } @e), 0, 'at its place');
	my $cut = substr $l[-1], 0, int(length($l[-1]) / 2);
	my ($f) = files(run('mxcarve', put("$dir/log.img", $cut . "\0" x $block)));
	is($f->{recovered}, 'cut', 'one that breaks off');
	# Its second byte may stand where a file of a file system begins.
	for my $at (509 .. 514) {
		($f) = files(run('mxcarve', put("$dir/log.img", "\0" x $at . $l[0] . "\0" x $block)));
		is("$f->{off} $f->{sha256}", "$at " . sha256_hex($l[0]), "one at $at");
	}
};

# Where files of a file system never begin, and btrfs keeps small ones.
subtest 'at any place' => sub {
	my @small = grep { length $_ < 60000 && /^(?:C|T\x11)/ } @texts;
	my @l = (sort { length $a <=> length $b || $a cmp $b } values %defer)[0 .. 20];
	my @all = map { noise(2 + 2 * any(700)) . chr(any(256)) x any(2) . $_ } shuffle(@small, @l);
	my $image = join '', @all, noise(3000);
	my $r = run('mxcarve', put("$dir/any.img", $image));
	my %log = map { sha256_hex($_) => 1 } @l;
	my @log = grep { ($_->{format} // '') eq 'bounce-log' } files($r);

	is(join(' ', score($r, @small)), @small . ' 0', 'each queue file, nothing else');
	is(scalar(grep { $log{$_->{sha256}} } @log), scalar(@l), 'each log');
	is(scalar(@log), scalar(@l), 'no other');
	# A sector that begins at any byte of a log's first lines.
	my ($log) = @l;
	for my $i (0 .. 3, index($log, "recipient="), index($log, "recipient=") - 1) {
		my $pad = "\1" x (1024 - $i);
		my ($f) = files(run('mxcarve', put("$dir/any.img", $pad . $log . "\1" x 100)));

		is($f->{sha256}, sha256_hex($log), "a sector begins at byte $i of a log");
	}
	# The rest of one whose C record is gone looks like one of maildrop.
	my ($one) = grep { /^C_/ } @small;
	for my $n (1024, 1037) {
		my ($f) = files(run('mxcarve', put("$dir/any.img", substr(noise(1038), 0, $n) . substr($one, 97) . noise(512))));

		ok($f->{recovered} ne 'whole' && !$f->{complete}, "one without its C record, at $n, is not whole");
	}
};

subtest 'btrfs' => sub {
	my $fs = "$dir/btrfs.img";

	plan skip_all => 'no mkfs.btrfs' if system('mkfs.btrfs --version >/dev/null 2>&1') != 0;
	mkdir "$dir/btrfs";
	my @small = grep { length $_ < 3000 && /^(?:C|T\x11)/ } @texts;
	my $n = 0;
	put(sprintf('%s/btrfs/%05d', $dir, $n++), $_) for @small, map { $defer{$_} } sort keys %defer;
	system("truncate -s 160M $fs && mkfs.btrfs -q --rootdir $dir/btrfs $fs >/dev/null 2>&1") == 0 or plan skip_all => 'mkfs.btrfs failed';
	my $r = run('mxcarve', $fs);
	my %log = map { sha256_hex($_) => 1 } values %defer;
	my %found = map { $_->{sha256} => 1 } grep { ($_->{format} // '') eq 'bounce-log' } files($r);

	cmp_ok(scalar @small, '>', 3, 'small files');
	is(join(' ', score($r, @small)), @small . ' 0', 'each queue file, nothing else');
	is(scalar(grep { $found{$_} } keys %log), scalar(keys %log), 'each log');
	unlink $fs;
};

subtest 'deleted from a file system' => sub {
	for my $size (1024, 4096) {
		my $fs = "$dir/fs.img";

		mkdir "$dir/root";
		put("$dir/root/$_", $text{$_}) for @ids;
		system("mke2fs -q -F -t ext4 -b $size -d $dir/root $fs 16M 2>/dev/null") == 0 or plan skip_all => 'no mke2fs';
		put("$dir/rm", map { "rm /$_\n" } @ids);
		system("debugfs -w -f $dir/rm $fs >/dev/null 2>&1");
		my ($n, $wrong) = score(run('mxcarve', $fs), @texts);
		is("$n $wrong", @texts . ' 0', "blocks of $size");
		unlink $fs;
	}
};

done_testing();
