#!/usr/bin/perl

# mxtime: the text that people read, the other formats, hostile values, the
# order, windows, and that nothing depends on where it runs.

use strict;
use warnings;
use lib 't';
use Test::More;
use JSON::PP;
use Mx;

plan skip_all => 'mxtime is not built' unless -x tool_path('mxtime');

my $json = JSON::PP->new->canonical->latin1;
my $dir = dir();
my $end = rec(type => 'source', src => 'mail.log', size => 1000) .
    rec(type => 'coverage', host => 'mx', lines => 20, unknown => 0);

# A record as our tools write it: the type comes first.
sub rec {
	my %r = @_;
	my $type = delete $r{type};

	return '{"type":' . $json->encode([$type]) =~ s/^\[|\]$//gr . ',' .
	    $json->encode(\%r) =~ s/^\{//r . "\n";
}

sub message {
	my ($qid, %r) = @_;

	return rec(type => 'message', host => 'mx', instance => 'postfix',
	    qid => $qid, trace => "mx/postfix/$qid",
	    path => "mx/postfix/$qid", hop => 1, complete => JSON::PP::true,
	    %r);
}

sub delivery {
	my ($qid, %r) = @_;

	return rec(type => 'delivery', host => 'mx', instance => 'postfix',
	    qid => $qid, trace => "mx/postfix/$qid", %r);
}

sub event {
	my ($qid, $event, %r) = @_;

	return rec(type => 'event', host => 'mx', instance => 'postfix',
	    qid => $qid, trace => "mx/postfix/$qid", event => $event, %r);
}

sub mxtime {
	my ($in, @args) = @_;
	my $o = ref $args[-1] ? pop @args : {};

	return run('mxtime', @args, put("$dir/in.ndjson", $in), $o);
}

# The columns that a terminal needs for a line, by Perl's own tables.
sub width {
	my ($line) = @_;
	my $n = 0;

	utf8::decode($line) or return -1;
	for my $c (split //, $line) {
		next if $c =~ /\p{Mn}|\p{Me}/;
		$n += $c =~ /\p{EA=W}|\p{EA=F}/ ? 2 : 1;
	}
	return $n;
}

# No line too wide, none that is not UTF-8, nothing that a terminal obeys.
sub fits {
	my ($out, $columns, $name) = @_;
	my @bad = grep { my $w = width($_); $w < 0 || $w > $columns }
	    split /\n/, $out;
	my $text = $out;

	is("@bad", '', "$name: fits $columns columns");
	utf8::decode($text);
	ok($text !~ /[\x00-\x09\x0b-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}]/,
	    "$name: nothing that a terminal obeys");
}

# The life of one message, with what people ask about.
my $q = '4hZ1fY0sf8z9s6S';
my $story = message($q, time => '2026-09-01T10:04:05.120001Z',
	end => '2026-09-06T10:05:01.110001Z', from => 'alice@example.com',
	size => 812, nrcpt => 1, client_name => 'unknown',
	client_addr => '203.0.113.77', sasl_method => 'PLAIN',
	sasl_user => 'alice@example.com', status => 'expired',
	message_id => '<1@out.example.com>', tls => 'encrypted',
	tls_proof => 'proven', tls_version => 'TLSv1.3')
    . delivery($q, time => '2026-09-01T10:04:35.180104Z',
	to => 'dora@example.org', relay => 'none', status => 'deferred',
	reply => 'connect to mail.example.org[198.51.100.40]:25: Connection timed out',
	tls => 'none-attempted')
    . delivery($q, time => '2026-09-01T10:34:35.180004Z',
	to => 'dora@example.org', relay => 'mail.example.org[198.51.100.40]:25',
	status => 'deferred', reply => 'Server certificate not verified',
	tls => 'refused', tls_proof => 'proven');
my $first = message('1E240140202', time => '2026-09-01T10:04:05Z',
	end => '2026-09-01T10:04:07Z', time_note => 'year-inferred',
	from => 'ann@example.net', size => 4312, nrcpt => 2,
	client_name => 'client.example.net', client_addr => '192.0.2.10',
	status => 'sent', tls => 'unknown', tls_why => 'not-logged')
    . delivery('1E240140202', time => '2026-09-01T10:04:07Z',
	time_note => 'year-inferred', to => 'bob@example.org',
	relay => 'mx1.example.org[198.51.100.25]:25', status => 'sent',
	reply => '250 2.0.0 Ok: queued as 3D091140203', tls => 'authenticated',
	tls_proof => 'proven', tls_version => 'TLSv1.3',
	tls_trust => 'Verified')
    . delivery('1E240140202', time => '2026-09-01T10:04:07Z',
	time_note => 'year-inferred', to => 'carl@example.com',
	orig_to => 'sales@example.com',
	relay => 'mx.example.com[private/dovecot-lmtp]', status => 'sent',
	reply => '250 2.0.0 Saved', tls => 'local');
my $second = rec(type => 'message', host => 'filter', instance => 'postfix',
	qid => '3D091140203', trace => 'filter/postfix/3D091140203',
	path => 'mx/postfix/1E240140202', parent => 'mx/postfix/1E240140202',
	parent_why => 'queued-as', hop => 2,
	time => '2026-09-01T10:09:00Z', end => '2026-09-01T10:09:01Z',
	complete => JSON::PP::false, missing => 'arrival removal',
	status => 'bounced')
    . rec(type => 'delivery', host => 'filter', instance => 'postfix',
	qid => '3D091140203', trace => 'filter/postfix/3D091140203',
	path => 'mx/postfix/1E240140202', time => '2026-09-01T10:09:01Z',
	to => 'bob@example.org', relay => 'mx9.example.org[198.51.100.99]:25',
	status => 'bounced', reply => '550 5.1.1 no such user',
	tls => 'plaintext', tls_proof => 'inferred');
my $reject = message('NOQUEUE', trace => 'mx/postfix/NOQUEUE/1/111/1',
	time => '2026-09-01T10:05:02Z', from => 'x@example.net',
	to => 'bob@example.com', client_name => 'unknown',
	client_addr => '203.0.113.10', status => 'rejected',
	action => 'reject', stage => 'RCPT', reply_code => '554',
	dsn => '5.7.1', reason => 'blocked using bl.example.org; listed');
my $finding = rec(type => 'finding', time => '2026-09-01T10:06:00Z',
    host => 'mx', reason => 'clock stepped back 3600 s');
my $all = $second . $story . $reject . $first . $finding . $end;

subtest 'text' => sub {
	my $r = mxtime($all);

	is($r->{status}, 0, 'status');
	is($r->{out}, <<'TEXT', 'what people read');
Times: UTC. ~ not the log's own word: year-inferred.

2026-09-01  1E240140202 on mx: sent
  10:04:05~             received  client.example.net[192.0.2.10], TLS unknown: not logged
                        queued    from <ann@example.net>, 4312 bytes, 2 recipients
  10:04:07~         +2s sent      <bob@example.org>, mx1.example.org[198.51.100.25]:25,
                                  TLS 1.3, verified
                                  250 2.0.0 Ok: queued as 3D091140203
  10:04:07~         +0s sent      <carl@example.com>, sent to <sales@example.com>,
                                  mx.example.com[private/dovecot-lmtp], local
                                  250 2.0.0 Saved
  10:04:07~         +0s removed
2026-09-01  3D091140203 on filter: bounced, path hop 2 of mx/postfix/1E240140202 (queued-as)
  10:09:00              seen      arrival not in the log
  10:09:01          +1s bounced   <bob@example.org>, mx9.example.org[198.51.100.99]:25,
                                  plaintext (inferred)
                                  550 5.1.1 no such user
                        open      removal not seen: still queued, or the log ends here

2026-09-01  4hZ1fY0sf8z9s6S on mx: expired
  10:04:05.120          received  unknown[203.0.113.77], TLS 1.3, user "alice@example.com" (PLAIN)
                        queued    from <alice@example.com>, 812 bytes, 1 recipient,
                                  id <1@out.example.com>
  10:04:35.180     +30s deferred  <dora@example.org>, no relay, nothing sent
                                  connect to mail.example.org[198.51.100.40]:25: Connection timed
                                  out
                        waited    30 min, then attempt 2
  10:34:35.180  +30m00s deferred  <dora@example.org>, mail.example.org[198.51.100.40]:25,
                                  refused: TLS requirement not met
                                  Server certificate not verified
                        expired   given up, returned to the sender
2026-09-06
  10:05:01.110   +4d23h removed

2026-09-01  NOQUEUE on mx: rejected
  10:05:02              rejected  unknown[203.0.113.10] at RCPT, from <x@example.net>,
                                  to <bob@example.com>
                                  554 5.7.1 blocked using bl.example.org; listed

2026-09-01  mx: not part of a message
  10:06:00              finding   clock stepped back 3600 s
TEXT
	like($r->{err}, qr/2026-09-01 10:04:05 to 2026-09-06 10:05:01 UTC, hosts filter mx: 3 messages, 5 deliveries, 1 reject, 1 other record$/m,
	    'the summary');
	unlike($r->{err}, qr/cut short/, 'the stream was whole');
	is(mxtime($all, '-q')->{err}, '', '-q');
	fits($r->{out}, 100, 'text');
	for my $w (80, 90, 132) {
		my $n = mxtime($all, { env => { COLUMNS => $w } });

		fits($n->{out}, $w, "COLUMNS=$w");
	}
	unlike($r->{out}, qr/\e/, 'no colour without a terminal');
};

subtest 'events' => sub {
	my $e = $story
	    . event($q, 'client', time => '2026-09-01T10:04:05.120001Z',
		text => "$q: client=unknown[203.0.113.77]")
	    . event($q, 'queued', time => '2026-09-01T10:04:05.4Z',
		from => 'alice@example.com', size => 812, nrcpt => 1)
	    . event($q, 'held', time => '2026-09-01T10:40:00Z')
	    . event($q, 'released', time => '2026-09-01T10:50:00Z')
	    . event($q, 'expired', time => '2026-09-06T10:05:01.000001Z')
	    . event($q, 'bounce-notice', time => '2026-09-06T10:05:01.100001Z',
		action => 'sender non-delivery', next_qid => '4hd5RK0hz5z9s7k')
	    . event($q, 'removed', time => '2026-09-06T10:05:01.110001Z')
	    . rec(type => 'event', event => 'auth-failure', host => 'mx',
		severity => 'warning', time => '2026-09-01T12:00:00Z',
		text => 'SASL LOGIN authentication failed')
	    . rec(type => 'event', event => 'connect', host => 'mx',
		time => '2026-09-01T12:00:01Z', text => 'connect from x')
	    . $end;
	my $r = mxtime($e);

	is($r->{status}, 0, 'status');
	like($r->{out}, qr/^  10:04:05\.4 +\+0\.3s queued    from <alice/m,
	    'queued has its time');
	is(scalar(() = $r->{out} =~ / queued    /g), 1, 'and is told once');
	like($r->{out}, qr/held      placed on hold$/m, 'held');
	like($r->{out}, qr/^  10:50:00 +\+10m00s released  from hold$/m,
	    'released');
	is(scalar(() = $r->{out} =~ / removed$/mg), 1, 'removed once');
	is(scalar(() = $r->{out} =~ / expired  /g), 1, 'expired once');
	like($r->{out}, qr/notice    sender non-delivery notification, queued as 4hd5RK0hz5z9s7k$/m,
	    'the notice');
	like($r->{out}, qr/not part of a message\n.*warning +SASL LOGIN/,
	    'a warning outside of messages');
	unlike($r->{out}, qr/connect from x/, 'but no connect line');
	like($r->{err}, qr/1 log lines? not shown/, 'which is counted');
	like(mxtime($e, '-v')->{out}, qr/connect from x/, '-v shows it');
};

subtest 'many deliveries' => sub {
	my $in = message('AA', time => '2026-09-01T10:00:00Z',
	    end => '2026-09-01T11:00:00Z', status => 'mixed', from => '');

	for my $i (1 .. 5000) {
		$in .= delivery('AA', to => "r$i\@example.org",
		    time => '2026-09-01T10:00:01Z', relay => 'none',
		    status => $i % 1000 ? 'sent' : 'bounced', reply => 'x');
	}
	my $r = mxtime($in . $end);

	is(scalar(() = $r->{out} =~ / bounced   </g), 5,
	    'what was not sent is shown');
	like($r->{out}, qr/\.\.\. +4975 more deliveries \(4975 sent\), mxtime -v shows all$/m,
	    'the rest is counted');
	cmp_ok(length $r->{out}, '<', 5000, 'and not shown');
	$r = mxtime($in . $end, '-v');
	is(scalar(() = $r->{out} =~ /<r\d+\@example\.org>/g), 5000,
	    '-v shows all');
	# Sorted in more memory than there is for it.
	$r = mxtime($in x 30 . $end, '-o', 'json');
	is(scalar(() = $r->{out} =~ /"delivery"/g), 150000, 'none is lost');
};

subtest 'one line a message' => sub {
	my $r = mxtime($all, '-1');

	is($r->{out}, <<'TEXT', 'the lines');
Times: UTC, year 2026; ~ not the log's own word (year-inferred)
time            status   from -> to                       client       TLSin  TLSout qid
09-01 10:04:05~ sent     ann@e....net -> bob@e...e.org +1 192.0.2.10   ?      verif. 1E240140202
09-01 10:09:00  bounced  ? -> bob@example.org             -            -      plain? 3D091140203
09-01 10:04:05  expired  alice@...e.com -> dora@e...e.org 203.0.113.77 TLS1.3 refus. 4hZ1fY0sf8z9s6S
09-01 10:05:02  rejected x@example.net -> bob@example.com 203.0.113.10 -      -      NOQUEUE
TEXT
	for my $w (76, 80, 100, 160) {
		fits(mxtime($all, '-1', { env => { COLUMNS => $w } })->{out},
		    $w, "-1, COLUMNS=$w");
	}
	is(mxtime($all, '-1', '-o', 'csv')->{status}, 2, '-1 is text');
};

# Values that a stranger wrote, in every key.
my @hostile = ("a\e[2J\e]0;owned\a\@example.org", "b\r\n\@example.org",
    "\x{c2}\x{9b}31m\@example.org", "c\x{e2}\x{80}\x{ae}gro\@example.org",
    "x" x 5000 . '@example.org', '|a|b|@example.org',
    'd>, TLS 1.3, verified, <e@example.org', "\x{ff}\x{fe}\@example.org",
    "\x{e6}\x{97}\x{a5}" x 200 . '@example.org',
    "e\x{cc}\x{81}" x 3 . "\x{cc}\x{81}" x 500 . '@example.org',
    '=cmd|\' /C calc\'!A0', '%s%n%s%n', '"quoted \" text"@example.org',
    "\x{f0}\x{9f}\x{98}\x{80}" x 100, '../../../etc/passwd', '',
    "\\udc80\\udcff", 'a b c' x 100, "\x{ef}\x{bb}\x{bf}bom");

sub hostile_records {
	my ($v, $i) = @_;
	my %all = map { $_ => $v } qw(from to orig_to client_name client_addr
	    helo sasl_user sasl_method relay relay_addr reply reason status
	    dsn message_id subject tls tls_version tls_trust stage note
	    reply_code next_qid next_host parent parent_why missing
	    orig_client event action text severity src format uid);

	return message("Q$i", %all, qid => $v, host => $v, instance => $v,
		time => '2026-09-01T10:00:00Z', time_note => $v)
	    . message("R$i", %all, stamp => $v, end => $v, time => $v)
	    . delivery("Q$i", %all, time => '2026-09-01T10:00:01Z')
	    . event("Q$i", 'warning', %all, time => '2026-09-01T10:00:02Z')
	    . message("NQ$i", %all, qid => 'NOQUEUE',
		time => '2026-09-01T10:00:01Z')
	    . rec(%all, type => 'finding', time => '2026-09-01T10:00:03Z')
	    . rec(%all, type => 'event', time => '2026-09-01T10:00:03Z')
	    . rec(%all, type => 'link', trace => "mx/postfix/Q$i")
	    . rec(%all, type => $v, time => '2026-09-01T10:00:03Z');
}

subtest 'hostile values' => sub {
	my $in = join '', map { hostile_records($hostile[$_], $_) }
	    0 .. $#hostile;

	for my $c ([ '-q' ], [ '-1' ], [ '-v' ], [ '-q', { COLUMNS => 80 } ],
	    [ '-1', { COLUMNS => 76 } ], [ '-v', { COLUMNS => 76 } ]) {
		my ($opt, $env) = @$c;
		my $w = $env ? $env->{COLUMNS} : 100;
		my $r = mxtime($in . $end, $opt, { env => $env || {} });

		is($r->{status}, 0, "$opt: status") or diag($r->{err});
		fits($r->{out}, $w, "$opt, $w");
		fits($r->{err}, 100000, "$opt, $w: diagnostics");
	}
	# What a value says cannot be taken for what we say.
	my $r = mxtime(delivery('S', time => '2026-09-01T10:00:00Z',
	    to => $hostile[6], relay => "a, TLS 1.3, verified",
	    status => 'sent', tls => 'plaintext', tls_proof => 'proven')
	    . $end);
	unlike($r->{out}, qr/[,>] TLS 1\.3, verified/,
	    'a false TLS phrase is seen to be part of the value');
	like($r->{out}, qr/(?:^ +|, )PLAINTEXT$/m, 'and ours is there');
};

subtest 'body file' => sub {
	my $in = join '', map { hostile_records($hostile[$_], $_) }
	    0 .. $#hostile;
	my $r = mxtime($all . $in, '-o', 'body');
	my @line = split /\n/, $r->{out};
	my @bad = grep { !/^0\|mail: [^|]*\|0\|-{10}\|0\|0\|\d+\|(\d+)\|\1\|\1\|\1$/ }
	    @line;

	is("@bad", '', 'the eleven fields');
	like($r->{out}, qr/^0\|mail: 1E240140202 received from=<ann\@example\.net> .*\|4312\|1788257045\|/m,
	    'received, its size and time');
	like($r->{out}, qr/%7Ca%7Cb%7C\@example\.org/, 'no | in a name');
	is(scalar(grep { /mail: 4hZ1fY0sf8z9s6S removed/ } @line), 1,
	    'removed, once');
	like($r->{err}, qr/\d+ without a time left out/,
	    'what has no time is counted');
      SKIP: {
		skip 'no mactime', 3 if system 'command -v mactime >/dev/null';
		my $body = put(dir() . '/body', $r->{out});
		my $m = sh('mactime', '-d', '-b', $body,
		    { env => { TZ => 'UTC' } });
		my @row = split /\n/, $m->{out};

		is($m->{status}, 0, 'mactime takes it');
		is(scalar @row, 1 + @line, 'and gives every line');
		like($m->{out}, qr/^Tue Sep 01 2026 10:04:05,4312,macb,.*mail: 1E240140202 received/m,
		    'at its time');
	}
};

subtest 'Timesketch' => sub {
	my $in = join '', map { hostile_records($hostile[$_], $_) }
	    0 .. $#hostile;
	my $r = mxtime($all . $in, '-o', 'timesketch');
	my (@bad, @t, $first);

	for my $line (split /\n/, $r->{out}) {
		my $o = eval { JSON::PP->new->utf8->decode($line) };

		push @bad, $line unless $o && length $o->{message} &&
		    $o->{datetime} =~ /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00$/ &&
		    $o->{timestamp} =~ /^\d{16}$/ &&
		    $o->{timestamp_desc} =~ /^mail / &&
		    !grep { ref && !JSON::PP::is_bool($_) } values %$o;
		push @t, $o->{timestamp};
		$first ||= $o if $o->{qid} && $o->{qid} eq $q;
	}
	is("@bad", '', 'flat JSON with the four members');
	is("@t", join(' ', sort { $a <=> $b } @t), 'in the order of time');
	is($first->{datetime}, '2026-09-01T10:04:05.120001+00:00',
	    'datetime');
	is($first->{timestamp}, '1788257045120001', 'timestamp');
	is($first->{from}, 'alice@example.com', 'our keys');
};

subtest 'CSV, JSON, TSV' => sub {
	my $r = mxtime($all . hostile_records($hostile[10], 1), '-o', 'csv');
	my ($head) = split /\n/, $r->{out};

	like($head, qr/^datetime,timestamp,timestamp_desc,message,type,host,qid,/,
	    'the header of CSV');
	unlike($r->{out}, qr/(?:^|,)"?=cmd/m, 'no formula');
	$r = mxtime($all, '-o', 'csv', '-f', 'qid,tls');
	like($r->{out}, qr/^datetime,timestamp,timestamp_desc,message,qid,tls\n/,
	    'the columns asked for');
	is(mxtime($all, '-f', 'qid')->{status}, 2, '-f needs a table');
	$r = mxtime($all, '-o', 'json');
	my @time = map { s/Z$//r } grep { defined }
	    map { JSON::PP->new->decode($_)->{time} } split /\n/, $r->{out};
	is("@time", join(' ', sort @time), 'in the order of time');
	is(scalar(split /\n/, $r->{out}), scalar(split /\n/, $all),
	    'every record');
	like($r->{out}, qr/"type":"coverage"[^\n]*\n\z/, 'coverage last');
	$r = mxtime($all, '-o', 'tsv', '-f', 'type,qid');
	like($r->{out}, qr/\Atype\tqid\nmessage\t/, 'TSV');
	# What went in comes out, and what came out goes in.
	is(mxtime($r->{out} && mxtime($all, '-o', 'json')->{out})->{out},
	    mxtime($all)->{out}, 'JSON of mxtime read by mxtime');
};

subtest 'windows and zones' => sub {
	my $r = mxtime($all, '-s', '2026-09-06');

	like($r->{out}, qr/^2026-09-01  4hZ1fY0sf8z9s6S/m,
	    'a message with its last line in the window, whole');
	like($r->{out}, qr/deferred.*expired/s, 'all its steps');
	unlike($r->{out}, qr/1E240140202|NOQUEUE|finding/, 'no other');
	$r = mxtime($all, '-u', '2026-09-01T10:04:06Z', '-o', 'json');
	is(scalar(() = $r->{out} =~ /"type":"(?:message|delivery)"/g), 6,
	    'half-open, as records');
	unlike(mxtime($all, '-s', '2026-09-01T10:05:00Z',
	    '-u', '2026-09-01T10:05:02Z')->{out}, qr/rejected/,
	    'the end is not in it');
	like(mxtime($all, '-s', '2030-01-01')->{err}, qr/no message among/,
	    'an empty window is said');
	is(mxtime($all, '-s', '2030-01-01', '-u', '2029-01-01')->{status}, 2,
	    'a reversed one is an error');
	$r = mxtime($all, '--show-tz', 'Europe/Berlin');
	like($r->{out}, qr/^Times: Europe\/Berlin \(CEST, \+02:00\)/,
	    'the zone is named');
	like($r->{out}, qr/^2026-09-01 CEST  1E24.*\n  12:04:05~/m,
	    'and used');
	# The order of time, also over the end of daylight saving.
	my $night = join '', map { message("N$_",
	    time => "2026-10-25T0$_:30:00Z", status => 'sent', from => '') }
	    0 .. 2;
	$r = mxtime($night . $end, '--show-tz', 'Europe/Berlin');
	is(join(' ', $r->{out} =~ /^(\S+ \S+)  N/mg),
	    '2026-10-25 CEST 2026-10-25 CET 2026-10-25 CET', 'both zones');
	is(join(' ', $r->{out} =~ /^  (\d\d:\d\d):/mg), '02:30 02:30 03:30',
	    'the hour that comes twice');
};

subtest 'no time' => sub {
	my $r = mxtime(message('F1', stamp => 'Sep  1 10:07:00',
		status => 'sent', from => 'a@example.org')
	    . message('F0', stamp => 'Sep  1 10:06:00', status => 'sent')
	    . $first . $end);

	like($r->{out}, qr/1E240140202.*What follows has no date.*F1.*F0/s,
	    'last, in the order of the input');
	like($r->{out}, qr/^  \[Sep  1 10:07:00\] +received/m,
	    'what was logged, in brackets');
	fits($r->{out}, 100, 'no time');
};

subtest 'streams' => sub {
	my $r = mxtime($first);

	like($r->{err}, qr/the stream was cut short/, 'no source, no coverage');
	is($r->{status}, 0, 'which is for the reader to judge');
	$r = mxtime($first . rec(type => 'horoscope', note => 'x') . $end);
	like($r->{err}, qr/1 records? of unknown type/, 'unknown types');
	$r = mxtime(delivery('D1', time => '2026-09-01T10:00:00Z',
	    from => 'a@example.org', to => 'b@example.org', status => 'sent',
	    relay => 'none', client_addr => '192.0.2.1') . $end);
	like($r->{out}, qr/D1 on mx: outcome not among these records\n.*received  unknown\[192\.0\.2\.1\]\n.*queued .*\n.* sent  /,
	    'a delivery without its message');
	# Deliveries may come before their message.
	my @line = split /^/, $first;
	is(mxtime(join('', @line[1, 2, 0]) . $end)->{out},
	    mxtime($first . $end)->{out}, 'the message comes last');
	$r = mxtime($first . $second . rec(type => 'link',
	    trace => "mx/postfix/$q", parent => 'mx/postfix/1E240140202',
	    parent_why => 'message-id') . $story . $end);
	like($r->{out}, qr/\+0s removed\n2026-09-01  $q .*\n(?:.*\n){1,4}.*path      continues mx\/postfix\/1E240140202 \(message-id\)/,
	    'a link record joins a path') or diag($r->{out});
      SKIP: {
		skip 'no /dev/full', 1 unless -c '/dev/full';
		for my $o ('text', 'body', 'json') {
			$r = mxtime($all, '-o', $o, { to => '/dev/full' });
			is($r->{status}, 2, "a full disk: $o");
			like($r->{err}, qr/^mxtime: standard output: /m,
			    'which is said');
		}
	}
	$r = mxtime($all, { env => { TMPDIR => '/nonexistent' } });
	is($r->{status}, 0, 'no TMPDIR is needed while memory is enough');
};

subtest 'the same everywhere' => sub {
	my $in = $all . join '', map { hostile_records($hostile[$_], $_) }
	    0 .. $#hostile;

	for my $o ([], ['-1'], ['-v'], ['-o', 'body'], ['-o', 'csv'],
	    ['-o', 'timesketch'], ['-o', 'json']) {
		my $want = mxtime($in, @$o)->{out};

		for my $env ({ TZ => 'Asia/Kolkata', LC_ALL => 'C' },
		    { TZ => 'America/New_York', LC_ALL => 'C.UTF-8' },
		    { TERM => 'xterm-256color' }, { TMPDIR => '/nonexistent' }) {
			ok(mxtime($in, @$o, { env => $env })->{out} eq $want,
			    "@$o: " . join ' ', map { "$_=$env->{$_}" }
			    sort keys %$env);
		}
	}
};

subtest 'a terminal' => sub {
	plan skip_all => 'no script(1)' if system 'command -v script >/dev/null';
	my $file = put(dir() . '/r.ndjson', $all);
	my $cmd = "stty cols 90; exec " . tool_path('mxtime') . " -q $file";
	my $tty = sub {
		return sh('script', '-qec', "sh -c '$cmd'", '/dev/null',
		    { env => { TERM => 'xterm', COLUMNS => undef,
		    NO_COLOR => undef, @_ } })->{out} =~ s/\r\n/\n/gr;
	};
	my $out = $tty->();

	plan skip_all => 'script(1) has no terminal here' if $out !~ /Times:/;
	like($out, qr/\e\[31mplaintext \(inferred\)\e\[0m/, 'plaintext is red');
	like($out, qr/\e\[33mTLS unknown: not logged\e\[0m/,
	    'unknown is yellow');
	like($out, qr/\e\[32mTLS 1\.3, verified\e\[0m/, 'verified is green');
	(my $plain = $out) =~ s/\e\[\d*m//g;
	fits($plain, 90, 'on a terminal');
	is($plain, mxtime($all, { env => { COLUMNS => 90 } })->{out},
	    'the width is that of the terminal');
	is($tty->(NO_COLOR => 1), $plain, 'NO_COLOR');
};

done_testing();
