#!/usr/bin/perl

# mxcarve: systemd journals in an image, whole, cut off and damaged.  The
# journals are made by systemd-journal-remote; the truth is what mxlog reads
# from the file that journalctl agrees with (t/journal.t).

use strict;
use warnings;
use lib 't';
use Chance 'noise';
use Journal;
use Mx;
use Test::More;

plan skip_all => 'no systemd-journal-remote' unless can_make();
plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

# Records but for what carving adds and where they stand.
sub bare {
	my ($text, $src) = @_;

	return join '', map {
		my $r = record($_);

		delete @$r{qw(off len line)};
		delete $r->{confidence};
		if (defined $r->{note}) {
			$r->{note} =~ s/ ?lines-lost$//;
			delete $r->{note} if $r->{note} eq '';
		}
		$r->{type} eq 'event' && (!defined $src || $r->{src} =~ $src) ?
		    do { delete $r->{src}; $json->encode($r) . "\n" } : ()
	} split /^/, $text;
}

sub image {
	my ($name, @part) = @_;

	return put("$dir/$name", map { $_ . "\0" x (-length($_) % 4096) } @part);
}

my $export = lab_export(qw(hops agents refusals));
my ($head) = $export =~ /((?:.*?\n\n(?=__REAL)){150})/s;
my $rest = substr $export, length $head;
my %kind = (plain => [compress => 0], keyed => [keyed => 1],
    old => [keyed => 0], compact => [compact => 1]);
my $noise = noise(512 * 1024, 7);

for my $k (sort keys %kind) {
	my $f = journal("$k.journal", $export, @{$kind{$k}});
	my $want = run('mxlog', '-q', '--no-hash', $f)->{out};
	my $at = length($noise) + 4096;
	my $img = image("$k.img", $noise, "\0" x 4096, slurp($f), $noise);
	my $r = run('mxcarve', '-q', "$k.img", { cd => $dir });
	my @e = events($r->{out});

	is($r->{status}, 0, "$k: status");
	ok(bare($r->{out}) eq bare($want), "$k: every entry, as in the file");
	is(join(' ', grep { $_->{src} ne "$k.img\@$at-JOURNAL" } @e), '',
	    "$k: the path says where");
	is(scalar(grep { $_->{confidence} ne 'high' } @e), 0, "$k: high");
	is($e[0]{note}, 'lines-lost', "$k: what was before is not known");
	is(scalar(grep { defined $_->{note} } @e[1 .. $#e]), 0,
	    "$k: nothing else to say");
	ok(run('mxquote', '-q', '-', { in => $r->{out}, cd => $dir })->{out} eq
	    export($f), "$k: quoted as journalctl exports it");
}

# Two journals, one of them twice; a log beside them.
my $one = journal('one.journal', $head);
my $two = journal('two.journal', $rest);
my $img = image('two.img', $noise, slurp($two), slurp($one), $Mx::log,
    slurp($two));
my $r = run('mxcarve', '-q', '-y', 2026, $img);
my $both = run('mxlog', '-q', '--no-hash', $one, $two)->{out};
ok(bare($r->{out}, qr/JOURNAL/) eq bare($both),
    'two journals in order of time, copies once');
is(scalar(grep { $_->{src} !~ /JOURNAL/ } events($r->{out})),
    scalar(() = $Mx::log =~ /\n/g), 'and the log');
$r = run('mxcarve', '-q', '--copies', $img);
is(scalar(grep { $_->{src} =~ /JOURNAL/ } events($r->{out})),
    () = ($head . $rest . $rest) =~ /^__REAL/gm, '--copies');

# What survives.
$r = run('mxcarve', '-q', '--known', $one, $img);
my %here;
$here{$_->{only_here} ? 'true' : 'false'}++
    for grep { $_->{src} =~ /JOURNAL/ } events($r->{out});
is("$here{false} $here{true}", scalar(() = $head =~ /^__REAL/gm) . ' ' .
    (() = $rest =~ /^__REAL/gm), '--known: entries of a journal');
$r = run('mxcarve', '-q', '-y', 2026, '--known', put("$dir/mail.log",
    $Mx::log), $img);
is(scalar(grep { defined $_->{only_here} && $_->{src} =~ /JOURNAL/ }
    events($r->{out})), 0, '--known: a log says nothing of entries');

# Cut off by what was written over it.
my $whole = slurp("$dir/keyed.journal");
my @entries = grep { $_->[1] == 3 } objects($whole);
my $n = @entries;
my $cut = int($entries[$n / 2][0] / 4096) * 4096;
my $left = grep { $_->[0] + $_->[3] <= $cut } @entries;
my $want = bare(run('mxlog', '-q', '--no-hash', "$dir/keyed.journal")->{out});
$img = image('cut.img', substr($whole, 0, $cut), noise(2 * 1024 * 1024, 7));
$r = run('mxcarve', '-q', $img);
is($r->{status}, 0, 'cut off: status');
my @cut = split /^/, bare($r->{out});
ok(join('', @cut[0 .. $left - 1]) eq join('', (split /^/, $want)
    [0 .. $left - 1]), 'cut off: all entries before');
# One may lie across the cut.
is(scalar(grep { !/fields-lost|entry-lost/ } @cut[$left .. $#cut]), 0,
    'cut off: no more that seem whole');

# Written over in the middle; then a block that other entries point to.
my ($from, $to) = map { int($_ / 4096) * 4096 } $entries[$n / 3][0],
    $entries[$n / 2][0];
substr(my $torn = $whole, $from, $to - $from) = substr $noise, 0, $to - $from;
$img = image('torn.img', $noise, $torn);
$r = run('mxcarve', '-q', $img);
my @e = events($r->{out});
my %got = map { ($_->{seqnum} => $_) } @e;
my @intact = grep { $entries[$_][0] + $entries[$_][3] <= $from ||
    $entries[$_][0] >= $to } 0 .. $n - 1;
is(scalar(grep { !$got{$_ + 1} } @intact), 0,
    'written over: all other entries');
my %intact = map { ($_ + 1 => 1) } @intact;
is(scalar(grep { !$intact{$_->{seqnum}} && $_->{confidence} eq 'high' } @e), 0,
    'written over: no more that seem whole');
is(scalar(grep { $_->{confidence} ne 'high' && $_->{note} !~
    /fields-lost|bad-hash/ } @e), 0, 'written over: what lacks fields says so');
is(scalar(grep { ($_->{note} // '') =~ /lines-lost/ } @e), 2,
    'written over: lines are lost twice');

# Without its header: what entries and fields name each other by tells where
# the file began.  In a disk image, and behind a hole.
for my $k (qw(keyed old compact)) {
	my $bytes = slurp("$dir/$k.journal");
	my ($first) = grep { $_->[1] == 1 } objects($bytes);
	my $from = int($first->[0] / 4096) * 4096;

	$img = image("$k-piece.img", $noise, substr($bytes, $from), $noise);
	$r = run('mxcarve', '-q', "$k-piece.img", { cd => $dir });
	@e = events($r->{out});
	is($r->{status}, 0, "$k without header: status");
	ok(bare($r->{out}) eq $want, "$k without header: every entry");
	is(scalar(grep { $_->{confidence} ne 'high' || $_->{src} ne
	    "$k-piece.img" } @e), 0, "$k without header: high, in the image");
	# Entries with the same text share it.
	my @q = split /\n/, run('mxquote', '-aq', '-', { in => $r->{out},
	    cd => $dir })->{out};
	is(scalar(grep { $q[$_] ne "MESSAGE=$e[$_]{text}" } 0 .. $#e), 0,
	    "$k without header: quoted as stored") if $k ne 'compact';
}

# In two places, the later half first: fields that stand in the first half
# only are known by their hash, which compact files do not have.
for my $k (qw(keyed compact)) {
	my $bytes = slurp("$dir/$k.journal");
	my @en = grep { $_->[1] == 3 } objects($bytes);
	my $at = int($en[$n / 2][0] / 4096) * 4096;
	my @in = map { $_ + 1 } grep { $en[$_][0] + $en[$_][3] <= $at } 0 .. $n - 1;
	my @behind = map { $_ + 1 } grep { $en[$_][0] > $at + 4096 } 0 .. $n - 1;

	$img = image("$k-two.img", $noise, substr($bytes, $at), $noise,
	    substr($bytes, 0, $at), noise(2 * 1024 * 1024, 7));
	$r = run('mxcarve', '-q', $img);
	%got = map { ($_->{seqnum} => $_) } grep { $_->{seqnum} } events($r->{out});
	is(scalar(grep { !$got{$_} } @in, @behind), 0,
	    "$k in two places: all entries");
	is(scalar(grep { $got{$_}{confidence} ne 'high' } @in), 0,
	    "$k in two places: the first half is whole");
	is(scalar(grep { $got{$_} && $got{$_}{confidence} ne 'high' } @behind),
	    $k eq 'keyed' ? 0 : scalar(@behind),
	    "$k in two places: the other one " . ($k eq 'keyed' ? 'as well' :
	    'lacks fields'));
	is(scalar(grep { $got{$_} && $got{$_}{confidence} ne 'high' &&
	    $got{$_}{note} !~ /fields-lost/ } @behind), 0, "$k in two places: and says so");
	my %text = map { ($_->{seqnum} => $_->{text}) } map { record($_) }
	    split /^/, $want;
	is(scalar(grep { ($got{$_}{text} // $text{$_}) ne $text{$_} }
	    keys %got), 0,
	    "$k in two places: no wrong text");
}

# Deleted from ext4, which did not store the blocks of zeroes in it.
SKIP: {
	$ENV{PATH} .= ':/usr/sbin:/sbin';
	skip 'no mke2fs', 3 if system('mke2fs -V >/dev/null 2>&1') != 0;
	mkdir "$dir/root";
	put("$dir/root/a.journal", slurp("$dir/keyed.journal"));
	system("mke2fs -q -t ext4 -d $dir/root $dir/fs.img 32M >/dev/null 2>&1")
	    == 0 or die "mke2fs failed\n";
	system("debugfs -w -R 'rm /a.journal' $dir/fs.img >/dev/null 2>&1");
	$r = run('mxcarve', '-q', "$dir/fs.img");
	# A block of the file system's own may lie between them, and within
	# a field that several entries have; one that stands alone between
	# two holes is lost.
	my %want = map { ($_ => 1) } split /^/, $want;
	my @here = split /^/, bare(join '', grep { /"confidence":"high"/ }
	    split /^/, $r->{out});
	is(scalar(grep { !$want{$_} } @here), 0,
	    'deleted from ext4, with holes: nothing else');
	cmp_ok(scalar(@here), '>=', keys(%want) * 0.95,
	    'deleted from ext4, with holes: nearly all');
	is(scalar(grep { $_->{confidence} ne 'high' && $_->{note} !~
	    /bad-hash|fields-lost|entry-lost|^deleted/ } events($r->{out})), 0,
	    'deleted from ext4, with holes: what is not high says why');
}

# A piece without any entry tells what entries elsewhere share.
{
	my $bytes = slurp("$dir/keyed.journal");
	my ($first) = grep { $_->[1] == 1 } objects($bytes);
	my ($id) = grep { $_->[1] == 1 && $_->[0] > $first->[0] && substr($bytes,
	    $_->[0] + 64, 4) eq 'SYSL' } objects($bytes);
	my ($e) = grep { $_->[1] == 3 } objects($bytes);

	cmp_ok($id->[0], '<', $e->[0], 'before the first entry');
	$img = image('shared.img', $noise, substr($bytes, $first->[0], $id->[0] -
	    $first->[0]), $noise, substr $bytes, $id->[0]);
	$r = run('mxcarve', '-q', $img);
	is(scalar(grep { $_->{confidence} ne 'high' } events($r->{out})), 0,
	    'shared fields in a piece without entries');
	ok(bare($r->{out}) eq $want, 'and every entry');
}

# Near misses of a piece: the text alone, a head of another type, another
# program's text.
my $object = sub {
	my ($type, $rest, $size) = @_;

	$rest .= "\0" x (-length($rest) % 8);
	return pack('CCx6Q<', $type, 0, $size // 16 + length $rest) . $rest;
};
my $text = 'MESSAGE=4hZ1fY0sf8z9s6S: removed';
my $data = sub {
	my ($at, $t) = (@_, $text);

	return $object->(1, pack('Q<6', 1, 0, 0, $at, 0, 1) . $t, 64 + length $t);
};
my $entry = $object->(3, pack('Q<3', 7, 1788000000000000, 5) . "\x4f" x 16 .
    pack('Q<3', 9, 4096, 1));
my $size = length $data->(0);
$img = image('near.img', "\0" x 64 . $text, $export, $object->(2, "\0" x 24 .
    'MESSAGE') . $entry, $object->(2, pack('Q<6', 1, 0, 0, 0, 0, 1) . $text),
    $data->(4096, 'MESSAGE=Started Session 1 of user root.'),
    $data->(4096, 'MESSAGE=DEADBEEF: cafe'), $data->(4096, 'MESSAGE='),
    map { substr(my $d = $data->(4096), $_->[0], 1) = chr $_->[1]; $d }
    [1, 4], [1, 2], [1, 3], [2, 1], [7, 1], [8, 0], [15, 1]);
$r = run('mxcarve', '-q', $img);
is(scalar(events($r->{out})), 0, 'near misses of a piece');
# And the hit: the entry stands where the data says, and names it.
$img = image('hit.img', $noise, $data->(4096 + $size) . $entry);
$r = run('mxcarve', '-q', $img);
is(join(' ', map { "$_->{seqnum} $_->{text} $_->{confidence}" }
    events($r->{out})), '7 4hZ1fY0sf8z9s6S: removed low', 'and a hit');
# What nothing follows, and what no entry names, is the text and no more.
for my $d ($data->(4096), $data->(8192) . $entry) {
	$img = image('alone.img', $noise, $d, $noise, $d);
	$r = run('mxcarve', '-q', $img);
	my @e = events($r->{out});
	is(scalar(@e), 1, 'a text alone: once');
	is(join('|', map { "$_=$e[0]{$_}" } grep { !/^(?:src|off|len)$/ } sort
	    keys %{$e[0]}), 'confidence=low|event=removed|' .
	    'note=program-lost entry-lost|qid=4hZ1fY0sf8z9s6S|' .
	    'text=4hZ1fY0sf8z9s6S: removed|type=event', 'and no more than it tells');
}

# Texts alone: DATA objects of journals, each in a sector of its own, with
# nothing of the entries; packed by zstd, xz and LZ4, too.
my $reply = join ' ', map { "line $_ of what the other side said" } 1 .. 30;
my $more = $head . join '', map { entry('postfix/smtp', 4700 + $_,
    "4hZ1fY0sf8z9s6S: to=<u$_\@example.org>, relay=mx.example.org[192.0.2.9]:25, " .
    "delay=$_, delays=0/0/0/$_, dsn=4.0.0, status=deferred (host said: 450 $_ $reply)")
    } 1 .. 5;
my $want_texts = join "\n", sort do {
	my %t = map { $_->{text} => 1 } grep { defined $_->{instance} &&
	    ($_->{event} !~ /^(?:unknown|other|config|warning|statistics)$/ ||
	    defined $_->{qid}) } events(run('mxlog', '-q', '--no-hash',
	    journal('more.journal', $more))->{out});
	keys %t;
};
sub repack {
	my ($how, $field) = @_;

	put("$dir/text", $field);
	return sh('xz', '-c', '--check=none', "$dir/text")->{out}
	    if $how eq 'xz';
	my $z = sh('lz4', '-c', '--no-frame-crc', "$dir/text")->{out};
	my $skip = 7 + (unpack('x4C', $z) & 8 ? 8 : 0);

	return pack('Q<', length $field) . substr $z, $skip + 4,
	    unpack 'V', substr $z, $skip, 4;
}
for my $k (['keyed', 'low', keyed => 1], ['old', 'medium', keyed => 0],
    ['compact', 'low', compact => 1], ['xz', 'medium', keyed => 0, compress => 0],
    ['lz4', 'low', keyed => 1, compress => 0]) {
	my ($name, $trust, @kind) = @$k;
	my $bytes = slurp(journal("t$name.journal", $more, @kind));
	my ($packed, $frames, @alone) = (0, 0);

	for my $o (grep { $_->[1] == 1 } objects($bytes)) {
		my ($at, undef, $flags, $size) = @$o;
		my $d = substr $bytes, $at, $size;

		if ($size > 600 && $name =~ /^(?:xz|lz4)$/) {
			my $z = repack($name, substr $d, 64);

			$flags = $name eq 'xz' ? 1 : 2;
			$d = pack('CCx6Q<', 1, $flags, 64 + length $z) .
			    substr($d, 16, 48) . $z;
		}
		$packed += $flags != 0;
		push @alone, $d . "\0" x (512 - length($d) % 512);
	}
	cmp_ok($packed, '>=', 5, "$name: packed texts");
	put("$dir/$name-alone.img", $noise, @alone, $noise);
	my $r = run('mxcarve', '-q', "$name-alone.img", { cd => $dir });
	my @e = events($r->{out});
	is($r->{status} . $r->{err}, '0', "$name alone: status");
	is(join("\n", sort map { $_->{text} } @e), $want_texts,
	    "$name alone: every text of Postfix, and nothing else");
	is(scalar(grep { defined $_->{time} || defined $_->{host} ||
	    $_->{note} !~ /entry-lost/ || $_->{confidence} ne $trust } @e), 0,
	    "$name alone: $trust, without time and host");
	my $q = run('mxquote', '-q', '-', { in => $r->{out}, cd => $dir });
	my @q = split /\n/, $q->{out};
	is($q->{status}, 0, "$name alone: quoted");
	is(join('', map { "MESSAGE=$_->{text}\n" } @e), $q->{out},
	    "$name alone: with its bytes") if $name ne 'lz4';
	# No trace comes of it, and that is said.
	my $t = run('mxtrace', '-', { in => $r->{out}, cd => $dir });
	is(without($t->{out}, 'source', 'coverage'), '', "$name alone: no message");
	my ($said) = $t->{err} =~ /(\d+) texts of a journal whose entries are gone/;
	is($said, scalar(@e), "$name alone: and mxtrace says so");
	# With the journal beside them they are copies.
	put("$dir/$name-both.img", $noise, @alone, $noise, slurp("$dir/more.journal"));
	$r = run('mxcarve', '-q', "$dir/$name-both.img");
	is(scalar(grep { ($_->{note} // '') =~ /entry-lost/ } events($r->{out})), 0,
	    "$name alone: nothing that an entry has");
	# One that survives has their texts.
	$r = run('mxcarve', '-q', '--known', "$dir/one.journal", "$dir/$name-alone.img");
	my %only;
	push @{$only{$_->{only_here} ? 1 : 0}}, $_->{text} for events($r->{out});
	is(scalar(grep { !/line 7 of what/ } @{$only{1}}), 0, "$name alone: --known");
	cmp_ok(scalar(@{$only{0}}), '>', 50, "$name alone: --known has the others");
	# The key of the file proves the hash, wherever its header is.
	next if $name ne 'keyed';
	$r = run('mxcarve', '-q', put("$dir/key.img", $noise, @alone, $noise,
	    substr $bytes, 0, 4096));
	is(scalar(grep { $_->{confidence} ne 'medium' } events($r->{out})), 0,
	    'keyed alone: medium with the key');
}

# Entries of a piece that were written over leave their texts.
{
	my $bytes = slurp("$dir/old.journal");
	my ($first) = grep { $_->[1] == 1 } objects($bytes);
	my @en = grep { $_->[1] == 3 } objects($bytes);
	my %gone = map { $_ => 1 } map { 20 + 7 * $_ } 0 .. 9;

	substr($bytes, $en[$_][0] + 16, 40) = "\0" x 40 for keys %gone;
	$img = image('holes.img', $noise, substr($bytes, int($first->[0] / 4096) * 4096));
	$r = run('mxcarve', '-q', $img);
	my @e = events($r->{out});
	my %seq = map { ($_->{seqnum} // 0) => 1 } @e;
	is(scalar(grep { $seq{$_ + 1} } keys %gone), 0, 'entries that are gone');
	my %text = map { ($_->{seqnum} => $_->{text}) } map { record($_) } split /^/, $want;
	my %have = map { $_->{text} => 1 } @e;
	is(scalar(grep { !$have{$text{$_ + 1}} } grep { $text{$_ + 1} =~ /^\w+: (?:to|from|client)=/ } keys %gone), 0, 'leave their texts');
	my @alone = grep { ($_->{note} // '') =~ /entry-lost/ } @e;
	cmp_ok(scalar(@alone), '>', 0, 'which are alone');
	is(scalar(grep { my $t = $_->{text}; grep { $text{$_} eq $t && !$gone{$_ - 1} } keys %text } @alone), 0,
	    'and nothing that another entry has');
}

# Whole ones in compressed files, and in a bundle that is compressed.
{
	my $f = "$dir/keyed.journal";
	my $all = run('mxlog', '-q', '--no-hash', $f)->{out};
	my $tar = sub {
		put("$dir/readme", "a log\n" x 200);
		sh('tar', '-C', $dir, '-cf', "$dir/z", 'readme', 'keyed.journal');
	};

	for my $k (['gzip -nf', 'gz', 'GZIP'], ['zstd -q --rm -f', 'zst', 'ZSTD'],
	    ['xz -0f', 'xz', 'XZ'], ['gzip -nf', 'gz', 'GZIP', $tar]) {
		my ($tool, $suffix, $word, $make) = @$k;
		my $at = length($noise) + 4096;
		my $what = "$suffix" . ($make ? ' of a bundle' : '');

		put("$dir/z", slurp($f));
		$make->() if $make;
		is(sh(split(/ /, $tool), "$dir/z")->{status}, '0', $tool);
		my $packed = slurp("$dir/z.$suffix");
		image('packed.img', $noise, "\0" x 4096, $packed, $noise);
		my $r = run('mxcarve', '-q', 'packed.img', { cd => $dir });
		my @e = events($r->{out});
		my ($off) = $e[0]{src} =~ /^packed\.img\@$at-$word\@(\d+)-JOURNAL$/;
		is($r->{status}, 0, "$what: status");
		is(($off // -1) > 0 ? 1 : 0, $make ? 1 : 0, "$what: where");
		ok(bare($r->{out}) eq bare($all), "$what: every entry");
		is(scalar(grep { $_->{confidence} ne 'high' } @e), 0, "$what: high");
		my $q = run('mxquote', '-q', '-', { in => $r->{out}, cd => $dir });
		is($q->{status}, 0, "$what: quoted");
		ok($q->{out} eq export($f), "$what: as journalctl exports it");
		next if $suffix ne 'gz' || $make;
		# Near misses: a byte further, another word, nothing in it.
		for (['0-JOURNAL', '8-JOURNAL'], ['0-JOURNAL', '0-JOURNALS'],
		    ["$at-GZIP", ($at + 1) . '-GZIP'], ['-JOURNAL', '-JOURNAL@0-JOURNAL']) {
			my ($from, $to) = @$_;
			my @some = map { s/\Q$from\E"/$to"/r =~ s/\Q$from\E@/$to@/r } grep { /"type":"event"/ } split /^/, $r->{out};
			$q = run('mxquote', '-q', '-', { in => join('', @some[0 .. 2], grep { /"type":"source"/ } split /^/, $r->{out}), cd => $dir });
			is("$q->{status}$q->{out}", '2', "$to: nothing is quoted");
		}
		# As a file, through a pipe; cut off.
		put("$dir/a.journal.gz", $packed);
		ok(bare(run('mxcarve', '-q', "$dir/a.journal.gz")->{out}) eq bare($all), 'the file itself');
		ok(plain(run('mxlog', '-q', "$dir/a.journal.gz")->{out}) eq plain($all), 'mxlog reads it as well');
		ok(bare(sh('sh', '-c', 'cat "$1" | "$0" -q -', tool_path('mxcarve'), "$dir/a.journal.gz")->{out}) eq bare($all), 'a pipe');
		image('short.img', $noise, substr($packed, 0, length($packed) / 2));
		$r = run('mxcarve', '-q', "$dir/short.img");
		my %in = map { $_ => 1 } split /^/, bare($all);
		my @got = split /^/, bare(join '', grep { /"confidence":"high"/ } split /^/, $r->{out});
		cmp_ok(scalar(@got), '>', keys(%in) / 8, 'cut off: what is before');
		is(scalar(grep { !$in{$_} } @got), 0, 'cut off: and nothing else');
	}
}

# Thousands of headers in a compressed file: what is decoded for them is
# bounded, and what was left out is said.
{
	my $head = 'LPKSHHRH' . "\0" x 16 . "\1" x 64 . pack 'Q<16', 208, 4096, (0) x 8, 1, 1, (0) x 4;

	put("$dir/z", map { my $n = $_ % 500; $head . substr $noise, 800 * $n, 808 } 1 .. 3200);
	is(sh('gzip', '-1nf', "$dir/z")->{status}, '0', 'many headers');
	$r = run('mxcarve', image('many.img', slurp("$dir/z.gz")));
	is($r->{status}, 2, 'many headers: status');
	like($r->{err}, qr/journals in compressed files that would take too much work left out: \d+; unpack them\n/, 'many headers: said');
}

# Nothing there: magics in noise, a header alone, one that lies.
my $huge = substr($whole, 0, 4096);
substr($huge, 96, 8) = pack 'Q<', 1 << 62;
$img = image('none.img', 'LPKSHHRH' . $noise, substr($whole, 0, 4096),
    ($huge) x 64, $noise);
$r = run('mxcarve', '-q', $img);
is(scalar(events($r->{out})), 0, 'nothing: no events');
is($r->{status} . $r->{err}, '1', 'nothing: said by the status');

# Headers without end, each of which promises more than the image holds: what
# is read again and again is bounded, what is left out is said, and lines that
# stand behind them are found.
my $promise = substr $huge, 0, 272;
$img = image('headers.img', $promise x 8000 . "\n$log", ($promise) x 500);
$r = run('mxcarve', '-q', '-y', 2026, $img);
is($r->{status}, 2, 'headers without end: status');
like($r->{err}, qr/: journals left out, because those before them took too much work: \d{3,}\n/, 'headers without end: it is said');
is(scalar(events($r->{out})), scalar(() = $log =~ /\n/g), 'headers without end: the lines behind them');

# From a pipe.
$img = image('pipe.img', $noise, slurp("$dir/keyed.journal"));
ok(bare(sh('sh', '-c', 'cat "$1" | "$0" -q -', tool_path('mxcarve'), $img)->
    {out}) eq $want, 'a pipe');

done_testing();
