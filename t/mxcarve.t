#!/usr/bin/perl

# mxcarve: what was deleted from an ext4 image comes back, in order, each line
# at its offset; false lines are told apart; every kind of image gives the
# same.  The images are built here; nothing is mounted.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx qw(:DEFAULT long_id);

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');
$ENV{PATH} .= ':/usr/sbin:/sbin';

my $dir = dir();

# Lines of n messages, five each, a second apart.
sub made_log {
	my ($n, $start, $bsd) = @_;
	my @mon = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
	my $s = '';

	for my $i (0 .. $n - 1) {
		my $t = $start + $i;
		my @g = gmtime $t;
		my $when = $bsd ? sprintf('%s %2d %02d:%02d:%02d', $mon[$g[4]], @g[3, 2, 1, 0]) :
		    sprintf('%04d-%02d-%02dT%02d:%02d:%02d+00:00', $g[5] + 1900, $g[4] + 1, @g[3, 2, 1, 0]);
		my $q = long_id($t, $i % 1000000, 70000 + $i);

		$s .= "$when mx postfix/$_\n" for "smtpd[10]: $q: client=c$i.example.org[192.0.2." . $i % 250 . ']',
		    "cleanup[11]: $q: message-id=<$i\@example.org>",
		    "qmgr[12]: $q: from=<u$i\@example.org>, size=1$i, nrcpt=1 (queue active)",
		    "smtp[13]: $q: to=<r$i\@example.net>, relay=mx.example.net[198.51.100.7]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
		    "qmgr[12]: $q: removed";
	}
	return $s;
}

sub records {
	my ($r) = @_;

	return decoded($r->{out});
}

sub events {
	return grep { $_->{type} eq 'event' } records(@_);
}

# The bytes that each record of a plain image names.
sub bytes_of {
	my ($image, @e) = @_;

	return join '', map { substr($image, $_->{off}, $_->{len}) . "\n" } @e;
}

# What a program of coreutils says of a file.
sub sum {
	my ($program, $file) = @_;

	return (split ' ', `$program $file`)[0];
}

sub gz {
	my ($text) = @_;

	put("$dir/z", $text);
	system("gzip -nf $dir/z") == 0 or die "gzip failed\n";
	return slurp("$dir/z.gz");
}

my $log = made_log(2000, 1788000000);
my $old = made_log(600, 1787000000);

subtest 'deleted from ext4' => sub {
	plan skip_all => 'no mke2fs' if system('mke2fs -V >/dev/null 2>&1') != 0;
	mkdir $_ for "$dir/root", "$dir/root/log";
	put("$dir/root/log/mail.log", $log);
	put("$dir/root/log/mail.log.2.gz", gz($old));
	system("mke2fs -q -t ext4 -d $dir/root $dir/fs.img 64M >/dev/null 2>&1") == 0 or die "mke2fs failed\n";
	system("debugfs -w -R 'rm /log/$_' $dir/fs.img >/dev/null 2>&1") for 'mail.log', 'mail.log.2.gz';
	my $image = slurp("$dir/fs.img");
	my $r = run('mxcarve', "$dir/fs.img");
	my @e = events($r);

	is($r->{status}, 0, 'status');
	# Lines whose bytes lie in one piece.
	my %want = map { ($_ => 1) } grep { index($image, $_) >= 0 } split /\n/, $log;
	my @plain = grep { $_->{src} !~ /@/ } @e;
	my @gzip = grep { $_->{src} =~ /\@\d+-GZIP$/ } @e;
	my %got = map { ($_ => 1) } split /\n/, bytes_of($image, @plain);
	is(scalar(grep { !$got{$_} } keys %want), 0, 'every plain line that is intact');
	is(scalar(grep { !$want{$_} } keys %got), 0, 'and no other');
	cmp_ok(scalar(keys %want), '>=', 9990, 'nearly all of them are');
	is(scalar(@gzip), 3000, 'every line of the gzip file');
	is(join('', map { substr($old, $_->{off}, $_->{len}) . "\n" } @gzip), $old, 'at its offset in what it holds');
	is(scalar(grep { $_->{confidence} ne 'high' } @e), 0, 'high confidence');
	my @t = map { $_->{time} } @e;
	is("@t", join(' ', sort @t), 'in order of time');
	my $trace = run('mxtrace', '-', { in => $r->{out} });
	my @d = grep { $_->{type} eq 'delivery' } records($trace);
	cmp_ok(scalar(@d), '>=', 2599, 'mxtrace makes the deliveries of it');
	is(run('mxtime', '-', { in => $trace->{out} })->{status}, 0, 'and mxtime the timeline');
	my $p = run('mxcarve', '-', { in => $image });
	is(join("\n", grep { !/"type":"source"/ } split /\n/, $p->{out} =~ s/"src":"-/"src":"$dir\/fs.img/gr),
	    join("\n", grep { !/"type":"(?:source|file)"/ } split /\n/, $r->{out}), 'the same events from a pipe');
};

subtest 'lines of all kinds of places' => sub {
	my @l = split /\n/, made_log(40, 1788000000);
	my $doc = "How to read a log.\nAn example is this:\n\n    $l[0]\n    $l[1]\n\nwhich tells that mail came in.\n";
	my $pad = "\0" x 512;
	my $image = $pad . "\x80\xff\x02$l[5]\0\x01" . $pad . join("\n", @l[10 .. 19]) . "\n" . $pad .
	    "postfix/smtp[%d]: %s: to=<%s>\0postfix/smtpd\0" . $pad . $doc . $pad;
	# Over the end of a window, and as its last bytes.
	$image .= "\xaa" x (1024 * 1024 + 256 * 1024 - length($image) - 50) . "\n$l[20]\n$l[21]\n" . $pad . $l[22];
	my $f = put("$dir/places.img", $image);
	my $r = run('mxcarve', '--disk-order', $f);
	my @e = events($r);
	my %c = map { (substr($image, $_->{off}, $_->{len}) => $_->{confidence}) } @e;

	is(bytes_of($image, @e), join('', map { "$_\n" } @l[5, 10 .. 19, 0, 1, 20 .. 22]), 'all lines, no other');
	is($c{$l[5]}, 'medium', 'alone');
	is($c{$l[12]}, 'high', 'in a run');
	is($c{$_}, 'low', 'in a manual') for @l[0, 1];
	is(run('mxcarve', put("$dir/none.img", "$pad postfix/smtp[%d]: x\n" . $pad))->{status}, 1, 'a format string is no line');
};

# A block of a log, and behind it another file's: what the line at its end says
# is said by nobody.
subtest 'lines torn at the edge of a block' => sub {
	# In a reply, which may have any end.
	my $all = made_log(1000, 1788000000);
	my ($head) = grep { /status=sent \(250[^\n)]*\z/ } map { substr $all, 0, $_ * 4096 } 1 .. 100;
	my ($torn) = $head =~ /([^\n]+)\z/;
	my @l = split /\n/, made_log(3, 1788000900);
	my $log = join '', map { "$_\n" } @l;
	my $off = length($head) - length $torn;

	for my $c (['bytes that are no UTF-8', "\xe9\xd0;9\x98\n$log", 'medium'], ['one of them, and nothing', "\xc3\0", 'medium'],
	    ['text up to a zero', "text\0", 'medium'], ['another line', "43 mx $l[0]\n$log", 'medium'],
	    # Near misses.
	    ['its own end', "and so on)\n$log", 'high'], ['UTF-8', "caf\xc3\xa9 \xe2\x82\xac)\n$log", 'high']) {
		my ($what, $behind, $want) = @$c;
		my ($e) = grep { $_->{off} == $off } events(run('mxcarve', put("$dir/torn.img", $head . $behind . "\0" x 600)));

		is($e->{confidence}, $want, $what);
		is(($e->{note} // '') =~ /\bcut\b/ ? 1 : 0, $want eq 'medium' ? 1 : 0, "$what: cut");
	}
	# A character across the edge, and a zero that ends a line within a page.
	my ($text) = grep { /status=sent \(250[^\n)]*\z/ } map { substr $all, 0, $_ * 512 - 1 } 2 .. 400;
	my ($u) = $text =~ /([^\n]+)\z/;
	my ($e) = grep { $_->{off} == length($text) - length $u } events(run('mxcarve', put("$dir/torn.img", $text . "\xc3\xa9)\n$log")));
	is($e->{confidence}, 'high', 'a character across it');
	($e) = reverse events(run('mxcarve', put("$dir/torn.img", substr($log x 3, 0, -1) . "\0" x 600)));
	is($e->{confidence}, 'high', 'no line end, within a page');
};

# Blocks of two logs side by side: the head of one line and the tail of another
# are read as one, which nobody has logged.
subtest 'the head of one line and the tail of another' => sub {
	my ($head) = grep { /: to=<r\d+[^\n]*\z/ && !/delays=[^\n]*\z/ } map { substr made_log(200, 1788000000), 0, $_ * 512 } 4 .. 80;
	my $tail = join '', map { "$_\n" } '4jZx7r0000z1Jz: from=<u9@example.org>, size=19, nrcpt=1 (queue active)', made_log(20, 1788000900) =~ /(.+)\n/g;
	my ($torn) = $head =~ /([^\n]+)\z/;
	my $line = sub { my ($at, $r) = @_; return (grep { $_->{off} == $at } events($r))[0] };

	my $e = $line->(length($head) - length $torn, run('mxcarve', put("$dir/seam.img", $head . $tail)));
	is($e->{event}, 'unknown', 'it is not understood');
	is($e->{confidence}, 'medium', 'and not trusted');
	like($e->{note} // '', qr/\bcut\b/, 'and why');
	my ($tag) = grep { m{ postfix/\w+\z} } map { substr made_log(200, 1788000000), 0, $_ * 512 } 4 .. 200;
	($torn) = $tag =~ /([^\n]+)\z/;
	$e = $line->(length($tag) - length $torn, run('mxcarve', put("$dir/seam.img", $tag . 'elay=mx.example.net[198.51.100.7]:25, status=sent (250 ok)' . "\n$tail")));
	is("$e->{event} $e->{confidence} $e->{note}", 'other medium cut', 'torn in the tag');
	($torn) = $head =~ /([^\n]+)\z/;
	# Near misses: within a sector, where nothing can have been torn; in what
	# was decoded; a line over the edge that is understood.
	my $shift = 700 - length $head;
	$shift += 512 while $shift < 0;
	my $pad = ("x" x ($shift - 1)) . "\n";
	$e = $line->(length($pad . $head) - length $torn, run('mxcarve', put("$dir/seam.img", $pad . $head . $tail)));
	is("$e->{event} $e->{confidence}", 'unknown high', 'within a sector');
	$e = $line->(length($head) - length $torn, run('mxcarve', put("$dir/seam.img", gz($head . $tail))));
	is("$e->{event} $e->{confidence}", 'unknown high', 'decoded');
	is(scalar(grep { $_->{confidence} ne 'high' } events(run('mxcarve', put("$dir/seam.img", made_log(60, 1788000000))))), 0, 'whole lines');
};

subtest 'compressed, cut off and damaged' => sub {
	my $z = gz($old);
	my $half = substr $z, 0, length($z) / 2;
	my $hit = $z;
	substr($hit, length($z) / 2, 64) = "\0" x 64;
	my $pad = "\xee" x 512;

	for (['cut off', $half], ['damaged', $hit]) {
		my ($name, $data) = @$_;
		my @e = events(run('mxcarve', put("$dir/cut.img", $pad . $data . $pad)));
		my @wrong = grep { substr($old, $_->{off}, $_->{len} + 1) !~ /\n\z/ } @e;

		cmp_ok(scalar(@e), '>', 600, "$name: lines before it");
		is($e[0]{src}, "$dir/cut.img\@512-GZIP", "$name: path");
		is(scalar(grep { $_->{confidence} eq 'high' } @wrong), 0, "$name: what may be wrong is not of high confidence");
	}
	# The zeroes behind one that is cut off may decode for long: what lies
	# behind them is found, too.
	my $queue = slurp('samples/queue/400008000D');
	my @lost;
	for my $cut (grep { $_ < length $z } map { 4096 * $_ } 1 .. 12) {
		my $image = $pad . substr($z, 0, $cut) . "\0" x (512 * 40) . $queue . "\0" x 512;

		push @lost, $cut if !grep { $_->{off} == $cut + 512 * 41 } grep { $_->{type} eq 'file' && $_->{recovered} } records(run('mxcarve', put("$dir/zero.img", $image)));
	}
	is("@lost", '', 'a queue file behind one that is cut off');
	my @e = events(run('mxcarve', put("$dir/nest.img", $pad . gz("x\n" . gz($old) . "\ny") . $pad)));
	is(scalar(@e), 3000, 'gzip in gzip');
	like($e[0]{src}, qr/\@512-GZIP\@2-GZIP$/, 'and its path');
	for (['xz', 'XZ'], ['zstd', 'ZSTD']) {
		my ($tool, $word) = @$_;

		put("$dir/c", $old);
		next if system("$tool -q -f -k $dir/c 2>/dev/null") != 0;
		my ($c) = map { slurp($_) } "$dir/c." . lc($word =~ s/ZSTD/zst/r);
		@e = events(run('mxcarve', put("$dir/c.img", $pad . $c . $pad)));
		is(scalar(@e), 3000, "$tool: every line");
		is($e[0]{src}, "$dir/c.img\@512-$word", "$tool: path");
	}
};

subtest 'copies and known lines' => sub {
	my @l = split /\n/, made_log(20, 1788000000);
	my $all = join "\n", @l, '';
	my $f = put("$dir/twice.img", $all . "\0" x 512 . $all);
	my $known = put("$dir/known.log", join("\n", @l[0 .. 49], ''));

	is(scalar(events(run('mxcarve', $f))), 100, 'given once');
	is(scalar(events(run('mxcarve', '--copies', $f))), 200, '--copies');
	my @twin = events(run('mxcarve', put("$dir/twin.img", "$l[0]\n$l[0]\n$l[1]\n")));
	is(scalar(@twin), 3, 'the same line twice in one log is no copy');
	my @e = events(run('mxcarve', '--known', $known, $f));
	is(scalar(grep { $_->{only_here} } @e), 50, 'only here');
	is(scalar(grep { !$_->{only_here} } @e), 50, 'not only here');
};

subtest 'years' => sub {
	my $f = put("$dir/bsd.img", "\0" x 512 . made_log(10, 1788000000, 1));
	my ($e) = events(run('mxcarve', $f));

	is($e->{time}, '2026-08-29T10:40:00Z', 'by queue IDs');
	my $short = "Sep  1 10:04:05 mx postfix/qmgr[1]: 1E240140202: removed\n";
	$f = put("$dir/short.img", "\0" x 512 . $short);
	($e) = events(run('mxcarve', $f));
	is($e->{time}, undef, 'none is made up');
	is($e->{stamp}, 'Sep  1 10:04:05', 'the stamp is kept');
	($e) = events(run('mxcarve', '-y', 2025, $f));
	is($e->{time}, '2025-09-01T10:04:05Z', '--year');
};

subtest 'images' => sub {
	my $image = "\0" x 4096 . made_log(50, 1788000000) . "\0" x 65536;
	# An MBR with one partition at sector 4.
	substr($image, 446, 16) = pack 'C8VV', 0, 0, 0, 0, 0x83, 0, 0, 0, 4, 150;
	substr($image, 510, 2) = "\x55\xaa";
	$image .= "\0" x (512 - length($image) % 512);
	my $raw = put("$dir/im.img", $image);
	my $r = run('mxcarve', $raw);
	my ($e) = events($r);
	my ($s) = grep { $_->{type} eq 'source' } records($r);
	my $plain = sub { join "\n", grep { !/"type":"source"/ } split /\n/, $_[0]->{out} =~ s{\Q$dir\E/[\w.]+}{I}gr };

	is("$e->{off} $e->{volume} $e->{volume_off}", '4096 1 2048', 'offset in image and partition');
	is($s->{sha256}, sum('sha256sum', $raw), 'SHA-256 of the image');
	put("$dir/s.001", substr $image, 0, 5000);
	put("$dir/s.002", substr $image, 5000, 777);
	put("$dir/s.003", substr $image, 5777);
	my $split = run('mxcarve', "$dir/s.001");
	is($plain->($split), $plain->($r), 'split raw: the same');
	is((grep { $_->{type} eq 'source' } records($split))[0]{sha256}, $s->{sha256}, 'and the same hash');
	rename "$dir/s.002", "$dir/s.00x";
	$split = run('mxcarve', "$dir/s.001");
	is($split->{status}, 2, 'a file of them is missing');
	like($split->{err}, qr/s\.002: missing; the image ends before it/, 'that is said');
	unlink "$dir/s.003";
	$split = run('mxcarve', "$dir/s.001");
	isnt($split->{status}, 2, 'no other file');
	is($split->{err} =~ /missing/ ? 1 : 0, 0, 'none is missing');
	is(scalar(grep { ($_->{note} // '') !~ /cut/ } events(run('mxcarve', '--offset', 8192, '--length', '1K', $raw))),
	    scalar(grep { $_->{off} >= 8192 && $_->{off} + $_->{len} < 9216 } events($r)), '--offset, --length: lines that lie inside');
	is(run('mxcarve', "$dir/nosuch.img")->{status}, 2, 'no such image');
	SKIP: {
		skip 'no ewfacquire', 4 if system("ewfacquire -u -t $dir/e -f encase6 $raw >/dev/null 2>&1") != 0;
		my $ewf = run('mxcarve', "$dir/e.E01");
		my ($source) = grep { $_->{type} eq 'source' } records($ewf);
		is($plain->($ewf), $plain->($r), 'EWF: the same');
		is($source->{sha256}, $s->{sha256}, 'and the hash of the data');
		is($source->{md5}, sum('md5sum', $raw), 'MD5 as stored');
		like($ewf->{err}, qr/has the hash that is stored/, 'which was checked');
		system('cp', "$dir/e.E01", "$dir/renamed.dat");
		is($plain->(run('mxcarve', "$dir/renamed.dat")), $plain->($r), 'EWF by another name: the same');
	}
	SKIP: {
		skip 'no ewfacquire', 1 if system("ewfacquire -u -t $dir/smart -f smart $raw >/dev/null 2>&1") != 0;
		is($plain->(run('mxcarve', "$dir/smart.s01")), $plain->($r), 'EWF as of SMART: the same');
	}
	SKIP: {
		# 256 KB of data in chunks of 32 KB: of that in the middle the sum is wrong.
		my $ewf;
		skip 'no ewfacquire', 2 if system("head -c 262144 /dev/urandom >$dir/r.img; ewfacquire -u -c none -t $dir/bad $dir/r.img >/dev/null 2>&1") != 0;
		$ewf = slurp("$dir/bad.E01");
		my $at = index $ewf, substr(slurp("$dir/r.img"), 140_000, 64);
		substr($ewf, $at, 8) = 'damaged!';
		put("$dir/bad.E01", $ewf);
		my $bad = run('mxcarve', "$dir/bad.E01");
		is($bad->{status}, 2, 'EWF with a wrong checksum');
		like($bad->{err}, qr/32768 bytes cannot be read.*offset 131072: 32768 bytes unreadable/s, 'all of its chunk');
	}
};

subtest 'what is said of runs without a year' => sub {
	my $dated = join '', map { "2025-0$_-28T03:00:00+00:00 mx postfix/qmgr[12]: warning: line $_\n" } 3, 5, 4;
	my $claim = "Received: from a.example.net (a.example.net [192.0.2.1])\n\tby mx.example.org with ESMTP id X1;\n\tMon, 1 Jun 2015 10:00:00 +0000\nSubject: x\n\nx\n";
	my $gap = "\0" x 8192;
	my $other = $Mx::log =~ s/Sep  1/Oct  2/gr;
	my $span = qr/what has a date in the image is from 2025-03-28 to 2025-05-28$/m;

	for my $o ([], ['--disk-order']) {
		my $r = run('mxcarve', @$o, put("$dir/y.img", $gap, $Mx::log, $gap, $dated, $gap, $claim, $gap, $other, $gap));

		like($r->{err}, qr/stamps have no year, and so no time: 2; --year/, "@$o: how many");
		like($r->{err}, $span, "@$o: from when to when, but for a claim");
		is($r->{status}, 0, "@$o: status");
	}
	my $r = run('mxcarve', put("$dir/y.img", $gap, $Mx::log, $gap, $claim, $gap));
	like($r->{err}, qr/no time: 1;/, 'nothing else: how many');
	unlike($r->{err}, qr/what has a date/, 'and no more');
	# Near misses.
	$r = run('mxcarve', put("$dir/y.img", $gap, $dated, $gap));
	unlike($r->{err}, qr/no year|what has a date/, 'all have a year');
	$r = run('mxcarve', '--year', 2025, put("$dir/y.img", $gap, $Mx::log, $gap, $dated, $gap));
	unlike($r->{err}, qr/no year|what has a date/, 'a year that was given');
};

subtest 'nothing to be found' => sub {
	my $x = 12345;
	my $noise = join '', map { $x = ($x * 1103515245 + 12345) & 0x7fffffff; pack 'n', $x >> 8 & 0xffff } 1 .. 2 << 20;
	my $r = run('mxcarve', put("$dir/noise.img", $noise));

	is(scalar(events($r)), 0, 'no line in noise');
	is($r->{status}, 1, 'status');
};

done_testing();
