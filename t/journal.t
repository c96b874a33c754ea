#!/usr/bin/perl

# systemd journal files, made by systemd-journal-remote and read by journalctl
# as the truth: the same records as from what journalctl exports, whatever the
# file's kind, damaged files entry by entry, and lines that were not written
# by Postfix.

use strict;
use warnings;
use lib 't';
use Journal;
use Mx;
use Test::More;

plan skip_all => 'no systemd-journal-remote' unless can_make();

my @q = ('-q', '--no-hash');

# What a real Postfix logged; and odd texts.
my $export = lab_export(qw(hops out-tls-iso agents refusals));
my $long = 'warning: ' . 'a text of some length ' x 40;
$export .= entry('postfix/smtpd', 800, $long);
$export .= entry('postfix/smtpd', 800, "warning: bytes \xff\xfe\x00 in it");
$export .= entry('postfix/smtpd', 800, "warning: one\nand another\n\n");
$export .= entry('postfix/smtpd', 800, '');
$export .= entry('postfix/smtpd', 800, 'statistics: x', SYSLOG_PID => undef);
$export .= entry('kernel', 1, 'no pid', SYSLOG_PID => undef, _PID => undef,
    _EXE => undef, _COMM => undef, SYSLOG_IDENTIFIER => undef);
$export .= entry('postfix/smtpd', 800, 'warning: another time',
    _SOURCE_REALTIME_TIMESTAMP => $clock . '000007');
my $n = () = $export =~ /^__REALTIME/gm;
cmp_ok($n, '>', 500, 'entries to begin with');

for my $k (0 .. 7) {
	my %kind = (keyed => $k & 1, compact => $k >> 1 & 1,
	    compress => $k >> 2);
	my $name = join ' ', map { $kind{$_} ? $_ : "not $_" } sort keys %kind;
	my $f = journal("kind$k.journal", $export, %kind);
	my $flags = unpack 'V', substr slurp($f), 12, 4;
	my $packed = grep { $_->[2] } objects(slurp($f));
	my $want = export($f);
	my $got = run('mxlog', '-q', "kind$k.journal", { cd => $dir });

	is(($flags & 4) / 4 . ($flags & 16) / 16 . ($packed > 0 ? 1 : 0),
	    "$kind{keyed}$kind{compact}$kind{compress}", "$name: it is");
	is($got->{status} . $got->{err}, '0', "$name: status");
	is(scalar(events($got->{out})), $n, "$name: all entries");
	ok(plain($got->{out}) eq plain(run('mxlog', '-q', '-',
	    { in => $want })->{out}), "$name: as what journalctl exports");
	ok(run('mxquote', '-q', '-', { in => $got->{out},
	    cd => $dir })->{out} eq $want,
	    "$name: mxquote prints what journalctl does");
}

my $file = "$dir/kind1.journal";
my $whole = slurp($file);
my $truth = export($file);
my @truth = events(run('mxlog', @q, $file)->{out});

is(join(' ', map { $_->{seqnum} } @truth), join(' ', 1 .. $n),
    'numbered as journald numbers');
ok(plain(run('mxtrace', @q, $file)->{out}) eq plain(run('mxtrace', @q, '-',
    { in => $truth })->{out}), 'the trace is that of the export');
like(run('mxlog', @q, $file)->{out}, qr/"type":"source".*"format":"journal"/,
    'the source record says what it is');
my $quoted = run('mxlog', '-q', $file)->{out};
ok(without(run('mxtrace', '-q', $file)->{out}, 'source') eq
    without(run('mxtrace', '-q', '-', { in => $quoted })->{out}, 'source'),
    'mxlog | mxtrace gives the same');

# Other compressions: payloads packed anew by xz and lz4, the room that is
# left filled by an entry array that nothing names.  journalctl reads it.
for my $kind (['xz', 1, 1], ['lz4', 2, 2]) {
	my ($name, $flag, $bit) = @$kind;
	my $bytes = slurp(journal("$name.journal", $export, compress => 0));
	my $packed = 0;

	for my $o (grep { $_->[1] == 1 && $_->[3] > 600 } objects($bytes)) {
		my ($at, undef, undef, $size) = @$o;
		my $text = substr $bytes, $at + 64, $size - 64;
		my $z;

		put("$dir/text", $text);
		if ($name eq 'xz') {
			$z = sh('xz', '-c', '--check=none', "$dir/text")->{out};
		} else {
			$z = sh('lz4', '-c', '--no-frame-crc', "$dir/text")->
			    {out};
			# one block behind the frame's head
			my ($flg) = unpack 'x4C', $z;
			my $head = 7 + ($flg & 8 ? 8 : 0);
			my $len = unpack 'V', substr $z, $head, 4;

			$z = pack('Q<', length $text) .
			    substr $z, $head + 4, $len;
		}
		my $end = int(($at + 64 + length($z) + 7) / 8) * 8;
		my $room = int(($at + $size + 7) / 8) * 8 - $end;

		next if $room < 32;
		substr($bytes, $at + 1, 1) = chr $flag;
		substr($bytes, $at + 8, 8) = pack 'Q<', 64 + length $z;
		substr($bytes, $at + 64, $size - 64) =
		    $z . "\0" x ($size - 64 - length $z);
		substr($bytes, $end, $room) = pack('CCx6Q<', 6, 0, $room) .
		    "\0" x ($room - 16);
		$packed++;
	}
	substr($bytes, 12, 4) = pack 'V', 4 | $bit;
	my $f = put("$dir/$name.journal", $bytes);
	my $got = run('mxlog', @q, $f);

	cmp_ok($packed, '>', 0, "$name: payloads");
	is($got->{status} . $got->{err}, '0', "$name: status");
	is(plain($got->{out}), plain(run('mxlog', @q, '-',
	    { in => export($f) })->{out}), "$name: as journalctl reads it");
	ok(plain($got->{out}) eq join('', map { $json->encode($_) . "\n" }
	    map { delete @$_{qw(src off len seqnum)}; $_ }
	    events(run('mxlog', @q, $file)->{out})), "$name: the same text");
}

# Through a pipe, compressed, in a bundle; quoted out of it.
my $same = plain(run('mxlog', @q, $file)->{out});
is(plain(run('mxlog', @q, '-', { in => $whole })->{out}), $same, 'a pipe');
is(plain(sh('sh', '-c', 'exec "$0" -q --no-hash - <"$1"', tool_path('mxlog'),
    $file)->{out}), $same, 'standard input is the file');
mkdir "$dir/var";
put("$dir/var/system.journal", $whole);
put("$dir/var/mail.log", $Mx::log);
sh('tar', '-czf', "$dir/logs.tgz", '-C', $dir, 'var');
my $tar = run('mxlog', '-q', '--year', 2026, "$dir/logs.tgz");
is($tar->{status}, '0', 'in a bundle: status');
my $in = join '', grep { m{"src":"[^"]*/system\.journal"} }
    split /^/, $tar->{out};
is(plain($in), $same, 'in a bundle, beside a log');
is(run('mxquote', '-q', '--as', "$dir/logs.tgz=$dir/logs.tgz", '-', { in =>
    $in . join '', grep { /"type":"source"/ } split /^/, $tar->{out} })->{out},
    $truth, 'and quoted from there');

# A directory as journald makes it: several files, in order of time.
my @parts = $export =~ /(.*?\n\n(?=__REAL|\z))/gs;
my ($first, $second, $user) = ('', '', '');
for my $i (0 .. $#parts) {
	($i % 5 == 4 ? $user : $i < @parts / 2 ? $first : $second) .=
	    $parts[$i];
}
mkdir "$dir/set";
mkdir "$dir/set/m";
journal('set/m/system@1-2-3.journal', $first);
journal('set/m/system.journal', $second);
journal('set/m/user-1000.journal', $user);
put("$dir/set/m/fss", 'a key');
is(plain(run('mxlog', @q, "$dir/set")->{out}), plain(run('mxlog', @q, '-',
    { in => export(glob "$dir/set/m/*.journal") })->{out}),
    'a directory, merged as journalctl does');

# In use, or left behind.
substr(my $online = $whole, 16, 1) = "\1";
my $r = run('mxlog', @q, put("$dir/a.journal~", $online));
is($r->{status} . $r->{err}, '0', 'not closed: no damage');
is(plain($r->{out}), $same, 'not closed: all entries');

# Damage.  Cut in the middle.
my @obj = objects($whole);
my @entries = grep { $_->[1] == 3 } @obj;
my $half = $entries[$n / 2][0];
$r = run('mxlog', @q, put("$dir/cut.journal", substr $whole, 0, $half));
is($r->{status}, 2, 'cut: status');
like($r->{err}, qr/^mxlog: \Q$dir\E\/cut\.journal: offset \d+: /, 'cut: said');
is(plain($r->{out}), join('', (split /^/, $same)[0 .. $n / 2 - 1]),
    'cut: all entries before');

# A hole of zeroes over some objects.
my ($from, $to) = ($entries[100][0], $entries[110][0]);
substr(my $hole = $whole, $from, $to - $from) = "\0" x ($to - $from);
$r = run('mxlog', @q, put("$dir/hole.journal", $hole));
is($r->{status}, 2, 'a hole: status');
like($r->{err}, qr/^mxlog: \S+hole\.journal: offset $from: /, 'a hole: said');
my @got = events($r->{out});
is(join(' ', map { $_->{seqnum} } @got), join(' ', 1 .. 100, 111 .. $n),
    'a hole: the entries outside of it');
like($got[100]{note}, qr/lines-lost$/, 'a hole: the next line tells');
is(join(' ', grep { $got[$_]{text} ne $truth[$_ + ($_ < 100 ? 0 : 10)]{text} &&
    $got[$_]{note} !~ /bad-hash|fields-lost/ } grep { defined $got[$_]{text} }
    0 .. $#got), '', 'a hole: what says something else is marked');

# A byte of a text.
my ($data) = grep { $_->[1] == 1 && substr($whole, $_->[0] + 64, $_->[3] - 64)
    =~ /^MESSAGE=warning: another time/ } @obj;
substr(my $byte = $whole, $data->[0] + 64 + 20, 1) = 'X';
$r = run('mxlog', @q, put("$dir/byte.journal", $byte));
is($r->{status}, 2, 'a changed text: status');
like($r->{err}, qr/hash of 1 entries is wrong/, 'a changed text: said');
@got = events($r->{out});
is($got[-1]{note}, 'bad-hash', 'a changed text: marked');
is(scalar(grep { $_->{note} && $_->{note} =~ /bad-hash/ } @got), 1,
    'a changed text: no other is');

# An entry that somebody took out of the entry array: journalctl does not see
# it any more.  The array of the second to fifth entries is the second one.
my ($array) = grep { $_->[1] == 6 && unpack('Q<', substr $whole,
    $_->[0] + 24, 8) == $entries[0][0] && $_->[0] ==
    unpack('Q<', substr $whole, 176, 8) } @obj;
my $items = ($array->[3] - 24) / 8;
my $hidden = $whole;
substr($hidden, $array->[0] + 24 + 8, 8 * ($items - 1)) =
    substr($hidden, $array->[0] + 24 + 16, 8 * ($items - 2)) .
    pack 'Q<', $entries[$items - 1][0];
substr($hidden, $array->[0] + 24 + 8 * ($items - 2), 8) =
    pack 'Q<', $entries[$items - 1][0];
my $f = put("$dir/hidden.journal", $hidden);
unlike(export($f), qr/;i=2;/, 'hidden: journalctl does not show it');
$r = run('mxlog', @q, $f);
is($r->{status}, 2, 'hidden: status');
like($r->{err}, qr/entries are there that no entry array names/,
    'hidden: said');
@got = events($r->{out});
is($got[1]{seqnum} . $got[1]{note}, '2unlinked', 'hidden: found and marked');

# A field larger than is kept.
$f = journal('large.journal', entry('postfix/smtpd', 1, 'before') .
    entry('postfix/smtpd', 1, 'x' x 2_000_000) .
    entry('postfix/smtpd', 1, 'after'));
$r = run('mxlog', @q, $f);
is($r->{status}, 2, 'a large field: status');
@got = events($r->{out});
is(join(' ', map { $_->{text} // '-' } @got), 'before  after',
    'a large field: the others are there');
is($got[1]{note}, 'fields-lost', 'a large field: marked');

# No journal, and one without entries.
$r = run('mxlog', @q, '--year', 2026, put("$dir/text", 'LPKSHHR' . $Mx::log));
is($r->{status}, 0, 'a text that begins nearly so');
$r = run('mxlog', @q, put("$dir/magic", 'LPKSHHRH' . $Mx::log));
is(scalar(events($r->{out})), scalar(() = $Mx::log =~ /\n/g),
    'a text that begins so');
substr(my $empty = substr($whole, 0, $obj[2][0]), 96, 8) =
    pack 'Q<', $obj[2][0] - 272;
substr($empty, $_, 8) = pack 'Q<', 0 for 144, 152, 176;
$r = run('mxlog', @q, put("$dir/empty.journal", $empty));
is($r->{status} . $r->{err}, '1', 'without entries');

# Forged: logger, and near misses of it.
my $sent = '4hZ1fY0sf8z9s6S: to=<eve@example.org>, relay=mx.example.org' .
    '[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)';
my %forged = (_EXE => '/usr/bin/logger', _COMM => 'logger', _UID => 1000);
for my $case (
    ['logger', 1, %forged],
    ['logger as root', 1, %forged, _UID => 0],
    ['gone before journald looked', 1, _EXE => undef, _COMM => undef,
	_UID => 1000],
    ['a program of that name in a home', 1, _EXE => '/home/eve/smtp'],
    ['Postfix', 0],
    ['Postfix, gone before journald looked', 0, _EXE => undef,
	_COMM => undef],
    ['passed on by rsyslogd', 0, _EXE => '/usr/sbin/rsyslogd', _UID => 104,
	_COMM => 'rs:main'],
    ['no word about the writer', 0, _EXE => undef, _COMM => undef,
	_UID => undef, _PID => undef]) {
	my ($name, $is, %more) = @$case;
	my $e = entry('postfix/smtp', 77, $sent, _PID => 4711, %more);
	my $f = journal('forged.journal', $e);
	my $log = run('mxlog', '--no-hash', $f);
	my ($ev) = events($log->{out});
	my $trace = run('mxtrace', '-q', '--no-hash', $f)->{out};

	is($ev->{note} // '', $is ? 'not-by-postfix' : '', "$name: the note");
	is($ev->{event}, $is ? 'other' : 'delivery', "$name: the event");
	is(() = $trace =~ /"type":"delivery"/g, $is ? 0 : 1,
	    "$name: as a delivery");
	is($trace =~ /"type":"coverage".*"forged":1/ ? 1 : 0, $is,
	    "$name: in the coverage");
	is($log->{err} =~ /NOT BY POSTFIX/ ? 1 : 0, $is, "$name: said");
	is(plain($log->{out}), plain(run('mxlog', @q, '-',
	    { in => export($f) })->{out}), "$name: from the export, too");
	is(plain(run('mxlog', @q, '-', { in => sh('journalctl', '-q', '-o',
	    'json', "--file=$f")->{out} })->{out}), plain($log->{out}),
	    "$name: from JSON, too");
	my $piped = run('mxtrace', '--no-hash', '-', { in => $log->{out} });
	is(($piped->{err} =~ /NOT BY POSTFIX/ ? 1 : 0) . (() = $piped->{out} =~
	    /"type":"delivery"/g), $is . (1 - $is), "$name: through a pipe");
	unlink $f;
}
# What journalctl prints of it otherwise: JSON behind a byte or a word; with
# units for programs, of which the texts are left.
{
	my $f = journal('shapes.journal', entry('postfix/smtp', 77, $sent, _PID => 4711, _UID => 0,
	    _EXE => '/usr/lib/postfix/sbin/smtp', _SYSTEMD_UNIT => 'postfix@-.service'));
	my $as = sub { sh('journalctl', '-q', '-o', $_[0], "--file=$f")->{out} };
	my $want = plain(run('mxlog', @q, '-', { in => $as->('json') })->{out});

	for my $o ('json-seq', 'json-sse') {
		is(plain(run('mxlog', @q, '-', { in => $as->($o) =~ s/\n\n/\n/gr })->{out}), $want, $o);
	}
	my ($e) = events(run('mxlog', @q, '-z', 'UTC', '-', { in => $as->('with-unit') })->{out});
	is("$e->{event} $e->{instance} $e->{note} $e->{pid}", 'delivery postfix program-lost 4711', 'with-unit');
	my $r = run('mxlog', @q, '-', { in => $as->('verbose') });
	like($r->{out}, qr/"type":"source".*"understood":0.*"unknown":[1-9]/, 'verbose is counted, not understood');
}
($r) = events(run('mxlog', @q, journal('keys.journal', entry('postfix/smtp',
    77, $sent, _PID => 4711, %forged)))->{out});
is("$r->{pid} $r->{writer_pid} $r->{writer_uid} $r->{writer_exe} $r->{daemon}",
    '77 4711 1000 /usr/bin/logger postfix/smtp', 'what is known of the writer');

done_testing();
