#!/usr/bin/perl

# The TLS status of hops: both tables of the design, row by row, with near
# misses, as whole logs.  t/unit/verdict.c has the rows alone.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx qw(:DEFAULT trace lines);

my ($A, $B, $C) = map { "0000${_}14020A" } qw(A B C);
my $R = 'mx1.example.org[198.51.100.25]:25';
my $R2 = 'mx2.example.org[198.51.100.26]:25';
my $cipher = 'TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)';

# "tls why" of each delivery, in order.
sub out_tls {
	return join ', ', map { "$_->{tls} $_->{tls_why}" .
	    ($_->{tls_proof} ? " $_->{tls_proof}" : '') }
	    grep { $_->{type} eq 'delivery' } trace(@_);
}

sub hs {
	my ($trust, $peer, $what) = @_;

	return "$trust TLS connection " . ($what // 'established') .
	    " to \L$peer\E: $cipher";
}

# A delivery line: its parts by name.
sub to {
	my (%o) = @_;
	my $q = $o{qid} // $A;
	my $relay = $o{relay} // $R;
	my $use = $o{use} ? ", conn_use=$o{use}" : '';
	my $tls = $o{tls} ? ", tls=$o{tls}" : '';
	my $delays = $o{delays} // '0.1/0/0.2/0.1';
	my $status = $o{status} // 'sent';
	my $to = $o{to} // 'bob';

	return "$q: to=<$to\@example.org>, relay=$relay$use, delay=0.4, delays=$delays$tls, dsn=2.0.0, status=$status (" .
	    ($o{reply} // '250 ok') . ')';
}

my $old = [ -60, 'postfix/anvil[9]: statistics: max cache size 1 at Sep  1 09:00:00' ];
my $active = sub { [ $_[0], "postfix/qmgr[1]: " . ($_[1] // $A) . ": from=<a\@example.net>, size=1, nrcpt=1 (queue active)" ] };
# The tag logs its handshakes.
my $logs = [ -30, 'postfix/smtp[70]: ' . hs('Trusted', $R2) ];

sub smtp {
	my ($s, $text, $pid) = @_;
	return [ $s, 'postfix/smtp[' . ($pid // 77) . "]: $text" ];
}

sub row {
	my ($name, $want, @l) = @_;
	return is(out_tls(lines($old, @l)), $want, $name);
}

subtest 'outbound rows' => sub {
	row('local agent', 'local local-agent proven', $active->(0),
	    [ 0, "postfix/local[5]: " . to(relay => 'local', reply => 'delivered to mailbox') ]);
	row('unix socket', 'local local-agent proven', $active->(0),
	    [ 0, "postfix/lmtp[5]: " . to(relay => 'mx.example.com[private/dovecot-lmtp]') ]);
	row('a pipe whose name looks like TLS', 'local local-agent proven', $active->(0),
	    [ 0, "postfix/pipe[5]: " . to(relay => 'tls', reply => 'delivered via tls service (Cannot start TLS: handshake failure)') ]);
	row('!', 'refused policy-violated proven', $active->(0),
	    smtp(0, hs('Untrusted', $R)), smtp(0, to(tls => '!secure', status => 'deferred',
	    reply => 'Server certificate not verified')));
	row('! behind the slash', 'refused policy-violated proven', $active->(0),
	    smtp(0, hs('Untrusted', $R)), smtp(0, to(tls => 'may?/!requiretls:nostarttls', status => 'bounced',
	    reply => "Sender requested REQUIRETLS, but TLS service was not offered by host $R")));
	for my $text ('Cannot start TLS: handshake failure',
	    'TLS is required, but was not offered by host mx1.example.org[198.51.100.25]',
	    'TLS is required, but our TLS engine is unavailable',
	    'Server certificate not verified', 'Server certificate not trusted',
	    'client TLS configuration problem',
	    'Sender requested REQUIRETLS, but no server was found that supports REQUIRETLS. The last attempted server was x',
	    'no TLSA records found', 'TLSA lookup error for mx1.example.org:25') {
		row("$text after a handshake", 'refused tls-failure proven', $active->(0),
		    $logs, smtp(0, hs('Untrusted', $R)), smtp(0, to(status => 'deferred', reply => $text)));
		row("$text, relay=none", 'refused tls-failure proven', $active->(0),
		    $logs, smtp(0, to(relay => 'none', status => 'deferred', reply => $text)));
		row("a server that says $text", 'encrypted handshake proven', $active->(0),
		    $logs, smtp(0, hs('Untrusted', $R)), smtp(0, to(status => 'deferred',
		    reply => "host mx1.example.org[198.51.100.25] said: 450 $text (in reply to RCPT TO command)")));
		row("sent, and a reply of $text", 'encrypted handshake proven', $active->(0),
		    $logs, smtp(0, hs('Untrusted', $R)), smtp(0, to(reply => "250 $text")));
	}
	row('no relay', 'none-attempted no-connection proven', $active->(0), $logs,
	    smtp(0, to(relay => 'none', status => 'deferred', reply => 'connect to mx1.example.org[198.51.100.25]:25: Connection refused')));
	my $P = 'mx1.example.org[198.51.100.25]';
	for my $text ("host $P refused to talk to me: 554 5.7.1 go away",
	    "lost connection with $P while receiving the initial server greeting",
	    "lost connection with $P while performing the EHLO handshake",
	    "conversation with $P timed out while performing the EHLO handshake",
	    "SMTPUTF8 is required, but was not offered by host $P") {
		row($text, 'none-attempted no-greeting proven', $active->(0), $logs,
		    smtp(0, to(status => 'deferred', reply => $text)));
		row("a server that says $text", 'plaintext no-handshake inferred', $active->(0), $logs,
		    smtp(0, to(status => 'deferred', reply => "host $P said: 450 $text (in reply to MAIL FROM command)")));
	}
	row('lost later', 'plaintext no-handshake inferred', $active->(0), $logs,
	    smtp(0, to(status => 'deferred', reply => "lost connection with $P while sending RCPT TO")));
};

subtest 'tls= of 3.11' => sub {
	my %want = ('none' => 'plaintext', 'may' => 'encrypted', 'encrypt' => 'encrypted',
	    'fingerprint' => 'authenticated', 'verify' => 'authenticated', 'secure' => 'authenticated',
	    'dane' => 'authenticated', 'dane-only' => 'authenticated', 'halfdane' => 'encrypted',
	    'may:none' => 'plaintext', 'dane:halfdane' => 'encrypted', 'dane:encrypt' => 'encrypted',
	    'may/requiretls:none' => 'encrypted', 'secure/requiretls' => 'authenticated',
	    'may:none/requiretls:none' => 'plaintext', 'may/requiretls?' => 'encrypted');
	for my $t (sort keys %want) {
		for my $status (qw(sent deferred)) {
			row("tls=$t, $status", "$want{$t} tls-field proven", $active->(0),
			    smtp(0, to(tls => $t, status => $status, reply =>
			    'host mx1.example.org[198.51.100.25] said: 250 x')));
		}
	}
	for my $t (qw(may? secure? unknown? none? encrypt?/requiretls?)) {
		row("tls=$t", 'plaintext no-handshake inferred', $logs, $active->(0),
		    smtp(0, to(tls => $t)));
		row("tls=$t with a handshake", 'encrypted handshake proven', $logs, $active->(0),
		    smtp(0, hs('Trusted', $R)), smtp(0, to(tls => $t)));
	}
	my ($d) = grep { $_->{type} eq 'delivery' } trace(lines($old, $active->(0),
	    smtp(0, hs('Verified', $R)), smtp(0, to(tls => 'secure'))));
	is("$d->{tls} $d->{tls_policy} $d->{tls_version} $d->{tls_trust}",
	    'authenticated secure TLSv1.3 Verified', 'the handshake tells the version');
	($d) = grep { $_->{type} eq 'delivery' } trace(lines($old, $active->(0),
	    smtp(0, hs('Untrusted', $R)),
	    smtp(0, "$A: lost connection with mx1.example.org[198.51.100.25] while sending RCPT TO"),
	    smtp(1, to(tls => 'may:none'))));
	ok(!defined $d->{tls_version}, 'no version of a connection that was lost');
	is($d->{tls}, 'plaintext', 'may:none after a handshake');
};

subtest 'handshakes' => sub {
	my $lost = "$A: lost connection with mx1.example.org[198.51.100.25] while sending RCPT TO";
	my $timed = "$A: conversation with mx1.example.org[198.51.100.25] timed out while sending RCPT TO";

	row('Verified', 'authenticated handshake proven', $active->(0), smtp(0, hs('Verified', $R)), smtp(0, to()));
	for my $t (qw(Trusted Untrusted Anonymous)) {
		row($t, 'encrypted handshake proven', $active->(0), smtp(0, hs($t, $R)), smtp(0, to()));
	}
	row('two recipients on one connection', 'encrypted handshake proven, encrypted handshake proven',
	    $active->(0), smtp(0, hs('Trusted', $R)), smtp(0, to()), smtp(0, to(to => 'x', status => 'bounced',
	    reply => 'host mx1.example.org[198.51.100.25] said: 550 no (in reply to RCPT TO command)')));
	row('case of the name', 'encrypted handshake proven', $active->(0), smtp(0, hs('Trusted', $R)),
	    smtp(0, to(relay => 'MX1.Example.ORG[198.51.100.25]:25')));
	row('another port', 'plaintext no-handshake inferred', $active->(0), $logs, smtp(0, hs('Trusted', $R)),
	    smtp(0, to(relay => 'mx1.example.org[198.51.100.25]:26')));
	row('another process', 'plaintext no-handshake inferred', $active->(0), smtp(0, hs('Trusted', $R), 78), smtp(0, to()));
	row('the next message of that process', 'encrypted handshake proven, plaintext no-handshake inferred',
	    $active->(0), smtp(0, hs('Trusted', $R)), smtp(0, to()), $active->(5, $B), smtp(6, to(qid => $B)));
	row('a retry by the same process', 'encrypted handshake proven, plaintext no-handshake inferred',
	    $active->(0), smtp(0, hs('Trusted', $R)), smtp(0, to(status => 'deferred', reply =>
	    'host mx1.example.org[198.51.100.25] said: 450 x (in reply to RCPT TO command)')),
	    $active->(300), smtp(300, to(delays => '300/0/0.2/0.1')));
	row('the other way round', 'plaintext no-handshake inferred, encrypted handshake proven',
	    $logs, $active->(0), smtp(0, to(status => 'deferred', reply =>
	    'host mx1.example.org[198.51.100.25] said: 450 x (in reply to RCPT TO command)')),
	    $active->(300), smtp(300, hs('Trusted', $R)), smtp(300, to(delays => '300/0/0.2/0.1')));
	row('lost, then the same host', 'plaintext fallback proven', $active->(0),
	    smtp(0, hs('Trusted', $R)), smtp(0, $lost), smtp(1, to()));
	row('lost, noted, then the same host', 'plaintext fallback proven', $active->(0),
	    smtp(0, hs('Trusted', $R)), smtp(0, $lost), smtp(0, 'Host offered STARTTLS: [mx1.example.org]'), smtp(1, to()));
	row('lost, then tls=may:none', 'plaintext fallback proven', $active->(0),
	    smtp(0, hs('Trusted', $R)), smtp(0, $lost), smtp(1, to(tls => 'may:none')));
	row('lost, then tls=may', 'encrypted tls-field proven', $active->(0),
	    smtp(0, hs('Trusted', $R)), smtp(0, $lost), smtp(1, to(tls => 'may')));
	row('lost, then another host', 'plaintext no-handshake inferred', $active->(0),
	    smtp(0, hs('Trusted', $R)), smtp(0, $lost), smtp(1, to(relay => $R2)));
	row('lost in the request before', 'plaintext no-handshake inferred', $active->(0),
	    smtp(0, hs('Trusted', $R)), smtp(0, $lost), $active->(300), smtp(300, to(delays => '300/0/0.2/0.1')));
	row('one recipient before it was lost', 'encrypted handshake proven, plaintext fallback proven', $active->(0),
	    smtp(0, hs('Trusted', $R)), smtp(0, to(to => 'x')), smtp(0, $lost), smtp(1, to()));
	row('timed out, then the same host', 'plaintext fallback proven', $active->(0),
	    smtp(0, hs('Trusted', $R)), smtp(0, $timed), smtp(1, to()));
	row('lost, and TLS again', 'encrypted handshake proven', $active->(0),
	    smtp(0, hs('Trusted', $R)), smtp(0, $lost), smtp(1, hs('Trusted', $R)), smtp(1, to()));
	row('another host was lost', 'encrypted handshake proven', $active->(0),
	    smtp(0, hs('Trusted', $R2)), smtp(0, $lost =~ s/mx1(.*)25\]/mx2${1}26]/r),
	    smtp(1, hs('Trusted', $R)), smtp(1, to()));
	row('a host that says a recipient was lost', 'encrypted handshake proven', $active->(0),
	    smtp(0, hs('Trusted', $R)), smtp(0, "$A: host mx1.example.org[198.51.100.25] said: 450 lost connection with mx1.example.org[198.51.100.25] (in reply to RCPT TO command)"),
	    smtp(0, to()));
	row('two hosts of one request', 'encrypted handshake proven, plaintext no-handshake inferred', $active->(0),
	    smtp(0, hs('Trusted', $R)), smtp(0, to(status => 'bounced', to => 'x', reply => 'host mx1.example.org[198.51.100.25] said: 550 no (in reply to RCPT TO command)')),
	    smtp(0, to(relay => $R2)));
};

subtest 'cached connections, fallback' => sub {
	row('conn_use', 'plaintext conn-use proven', $active->(0), smtp(0, to(use => 2)));
	row('conn_use after reused', 'encrypted reused proven', $active->(0), smtp(0, hs('Trusted', $R, 'reused')), smtp(0, to(use => 2)));
	row('reused of another host', 'plaintext conn-use proven', $active->(0), smtp(0, hs('Trusted', $R2, 'reused')), smtp(0, to(use => 2)));
	row('tls=may? with conn_use', 'plaintext conn-use proven', $active->(0), smtp(0, to(use => 2, tls => 'may?')));
	row('conn_use at the beginning of the log', 'unknown gap', smtp(-60, to(use => 2)));
	row('conn_use behind lost lines', 'unknown gap', $active->(0), [ 0, 'rsyslogd: imuxsock lost 5 messages from pid 77 due to rate-limiting' ],
	    smtp(0, to(use => 2)));
	row('STARTTLS was offered', 'plaintext starttls-offered proven', $active->(0), smtp(0, 'Host offered STARTTLS: [mx1.example.org]'), smtp(0, to()));
	row('another host offered it', 'unknown not-logged', $active->(0), smtp(0, 'Host offered STARTTLS: [mx2.example.org]'), smtp(0, to()));
	row('fallback', 'plaintext fallback proven', $active->(0), smtp(0, "SSL_connect error to $R: -1"),
	    smtp(0, "$A: Cannot start TLS: handshake failure"), smtp(1, to(delays => '300/0/0.9/0.1')));
	row('an error without the second line', 'unknown not-logged', $active->(0), smtp(0, "SSL_connect error to $R: -1"),
	    smtp(1, to(delays => '300/0/0.9/0.1')));
	row('an error of another host', 'unknown not-logged', $active->(0), smtp(0, "SSL_connect error to $R2: -1"),
	    smtp(0, "$A: Cannot start TLS: handshake failure"), smtp(1, to(delays => '300/0/0.9/0.1')));
	row('nothing at all', 'unknown not-logged', $active->(0), smtp(0, to()));
};

subtest 'is TLS logged' => sub {
	my @d = ($active->(0), smtp(0, to()));
	my $yes = 'plaintext no-handshake inferred';

	row('yes', $yes, $logs, @d);
	row('by another service', 'unknown not-logged', [ -30, 'postfix/relay/smtp[70]: ' . hs('Trusted', $R2) ], @d);
	row('by lmtp', 'unknown not-logged', [ -30, 'postfix/lmtp[70]: ' . hs('Trusted', $R2) ], @d);
	row('by another instance', 'unknown not-logged', [ -30, 'postfix-out/smtp[70]: ' . hs('Trusted', $R2) ], @d);
	row('on another host', 'unknown not-logged', [ -30, 'postfix/smtp[70]: ' . hs('Trusted', $R2), 'far' ], @d);
	row('a connection of tlsproxy', 'unknown not-logged', [ -30, 'postfix/tlsproxy[60]: CONNECT to [198.51.100.26]:25' ], $logs, @d);
	# Of another instance, which has a queue of its own; and where that is not sure.
	my $theirs = [ -30, 'postfix-in/tlsproxy[60]: CONNECT to [198.51.100.26]:25' ];
	my $queue = [ -40, 'postfix-in/cleanup[61]: 4ZqFk71cZyz9tNh: message-id=<other@mx>' ];
	my $ours = [ -40, 'postfix/cleanup[61]: 4ZqFk71cZyz9tNk: message-id=<ours@mx>' ];
	row('of the tlsproxy of another instance', $yes, $queue, $ours, $theirs, $logs, @d);
	row('and its line comes later', $yes, $queue, $ours, $logs, [ -29, 'postfix-in/tlsproxy[60]: CONNECT to [198.51.100.26]:25' ], @d);
	row('of a name without a queue', 'unknown not-logged', $ours, $theirs, $logs, @d);
	row('of both instances', 'unknown not-logged', $queue, $ours, [ -31, 'postfix/tlsproxy[60]: CONNECT to [198.51.100.26]:25' ], $theirs, $logs, @d);
	row('another connection of tlsproxy', $yes, [ -30, 'postfix/tlsproxy[60]: CONNECT to [198.51.100.99]:25' ], $logs, @d);
	# Two of them within a second, whose lines of tlsproxy come later.
	my ($one, $two) = map { [ -30, "postfix/smtp[$_->[0]]: " . hs('Trusted', $_->[1]) ] } [ 70, $R2 ], [ 71, 'mx3.example.org[198.51.100.27]:25' ];
	my ($for_one, $for_two) = map { [ -30, "postfix/tlsproxy[60]: CONNECT to [198.51.100.$_]:25" ] } 26, 27;
	for my $log ([ $one, $two, $for_one, $for_two ], [ $one, $two, $for_two, $for_one ], [ $one, $for_two, $two, $for_one ], [ $two, $one, $for_one, $for_two ]) {
		row('two of tlsproxy', 'unknown not-logged', @$log, @d);
	}
	row('one of two', $yes, $one, $two, $for_one, @d);
	row('the other of two', $yes, $one, $two, $for_two, @d);
	row('reused', 'unknown not-logged', [ -30, 'postfix/smtp[70]: ' . hs('Trusted', $R2, 'reused') ], @d);
	my $said = sub { my ($c) = grep { $_->{type} eq 'coverage' } trace(lines($old, @_)); return $c->{tls_logging} };
	my $proxy = [ -30, 'postfix/tlsproxy[60]: CONNECT to [198.51.100.26]:25' ];
	is($said->($logs, $logs, @d), 'postfix/smtp=yes', 'the coverage says so');
	is($said->($proxy, $logs, @d), 'postfix/smtp=no-evidence', 'not by a connection of tlsproxy');
	is($said->($proxy, $logs, $logs, $logs, @d), 'postfix/smtp=no-evidence', 'nor by several');
	for my $c ([ 'reload -- version 3.7.1, configuration /etc/postfix', 'unknown not-logged' ],
	    [ 'reload configuration /etc/postfix', 'unknown not-logged' ],
	    [ 'daemon started -- version 3.7.1, configuration /etc/postfix', 'unknown not-logged' ],
	    [ 'warning: process /usr/lib/postfix/smtp pid 70 exit status 1', $yes ]) {
		row($c->[0], $c->[1], $logs, [ -10, "postfix/master[2]: $c->[0]" ], @d);
		row("$c->[0] of another instance", $yes, $logs,
		    [ -20, 'postfix-out/qmgr[5]: 0000D14020A: removed' ], [ -20, 'postfix/qmgr[5]: 0000E14020A: removed' ],
		    [ -10, "postfix-out/master[2]: $c->[0]" ], @d);
	}
	# What has begun before a reload goes on with its old settings.
	my $reload = sub { [ $_[0], "postfix/master[2]: reload -- version 3.7.1, configuration /etc/postfix" ] };
	row('a handshake right after a reload', 'unknown not-logged', $reload->(-31), $logs, @d);
	row('one minute after it', $yes, $reload->(-90), $logs, @d);
	row('right after a reload, and later', $yes, $reload->(-100), [ -95, 'postfix/smtp[70]: ' . hs('Trusted', $R2) ], $logs, @d);
	my $asked = sub { [ -31, "postfix/postfix-script[$_[0]]: refreshing the Postfix mail system" ] };
	row('by a process that began after it', $yes, $asked->(69), $reload->(-31), $logs, @d);
	row('by one that began before it', 'unknown not-logged', $asked->(71), $reload->(-31), $logs, @d);
	row('by one that has its process ID', 'unknown not-logged', $asked->(70), $reload->(-31), $logs, @d);
	row('process IDs that have begun again', 'unknown not-logged', $asked->(32700), $reload->(-31), $logs, @d);
	row('what asked for another reload', 'unknown not-logged', [ -99, 'postfix/postfix-script[69]: refreshing the Postfix mail system' ], $reload->(-31), $logs, @d);
	row('right after a start', $yes, [ -31, 'postfix/master[2]: daemon started -- version 3.7.1, configuration /etc/postfix' ], $logs, @d);
	row('right after the reload of another instance', $yes, [ -50, 'postfix-out/qmgr[5]: 0000D14020A: removed' ], [ -50, 'postfix/qmgr[5]: 0000E14020A: removed' ],
	    [ -31, 'postfix-out/master[2]: reload -- version 3.7.1, configuration /etc/postfix' ], $logs, @d);
	row('lines lost between', 'unknown not-logged', $logs, [ -10, 'systemd-journald[5]: Suppressed 99 messages from postfix.service' ], @d);
	row('a user who says so', $yes, $logs, [ -10, 'sshd[5]: Suppressed 99 messages' ], @d);
	my @quiet = map { [ $_ * 3600, "postfix/anvil[9]: statistics: max cache size 1 at Sep  1 09:00:00" ] } 1 .. 22;
	my @later = ($active->(23 * 3600), smtp(23 * 3600, to()));
	row('23 hours back', $yes, $logs, @quiet, @later);
	row('25 hours back', 'unknown not-logged', $logs, @quiet, [ 23 * 3600, $quiet[0][1] ], $active->(25 * 3600), smtp(25 * 3600, to()));
	row('silence of seven hours', 'unknown gap', $logs, $active->(7 * 3600), smtp(7 * 3600, to()));
	row('silence of five hours', $yes, $logs, $active->(5 * 3600), smtp(5 * 3600, to()));
	# The log begins shortly before: were there lines of this request?
	my @tight = ([ -2, $logs->[1] ], smtp(0, to()));
	is(out_tls(lines(@tight)), 'unknown gap', 'the log begins within the request');
	is(out_tls(lines($tight[0], $active->(-1), $tight[1])), $yes, 'the request begins within the log');
	is(out_tls(lines($tight[0], $active->(-1, $B), $tight[1])), 'unknown gap', 'another request begins within the log');
	is(out_tls(lines($active->(-3), [ -2, 'rsyslogd: imuxsock lost 5 messages from pid 77 due to rate-limiting' ], $logs, $tight[1])),
	    'unknown gap', 'lines lost since it began');
};

sub in_log {
	my ($tag, $starttls, @mid) = @_;
	my $c = 'out.example.net[192.0.2.10]';

	return ([ 0, "$tag\[100]: connect from $c" ], @mid,
	    [ 1, "$tag\[100]: $A: client=$c" ],
	    [ 1, "postfix/cleanup[4]: $A: message-id=<1\@x>" ],
	    defined $starttls ? [ 2, "$tag\[100]: disconnect from $c ehlo=2 ${starttls}mail=1 rcpt=1 data=1 quit=1 commands=6" ] : ());
}

sub in_tls {
	my ($m) = grep { $_->{type} eq 'message' && $_->{qid} eq $A } trace(lines(@_));

	return "$m->{tls} $m->{tls_why}" . ($m->{tls_proof} ? " $m->{tls_proof}" : '');
}

subtest 'inbound rows' => sub {
	my $c = 'out.example.net[192.0.2.10]';
	my $h = sub { [ 0, "postfix/smtpd[100]: $_[0] TLS connection established from " . ($_[1] // $c) . ": $cipher" ] };
	my $smtpd = 'postfix/smtpd';

	is(in_tls(in_log($smtpd, 'starttls=1 ', $h->('Anonymous'))), 'encrypted handshake proven', 'handshake');
	is(in_tls(in_log($smtpd, undef, $h->('Untrusted'))), 'encrypted handshake proven', 'its end was not seen');
	is(in_tls(in_log($smtpd, 'starttls=1 ', $h->('Trusted'))), 'authenticated client-certificate proven', 'a client certificate');
	is(in_tls(in_log($smtpd, 'starttls=1 ', [ 0, "postfix/smtpd[101]: Anonymous TLS connection established from $c: $cipher" ])),
	    'encrypted starttls-count inferred', 'of another process');
	is(in_tls(in_log($smtpd, 'starttls=1 ')), 'encrypted starttls-count inferred', 'by the counters');
	is(in_tls(in_log($smtpd, 'starttls=0/1 ')), 'plaintext no-starttls proven', 'STARTTLS failed');
	is(in_tls(in_log($smtpd, '')), 'plaintext no-starttls inferred', 'no STARTTLS, wrapper mode possible');
	is(in_tls([ -9, "postfix/smtpd[90]: connect from x[192.0.2.9]" ], [ -9, "postfix/smtpd[90]: Anonymous TLS connection established from x[192.0.2.9]: $cipher" ],
	    [ -8, "postfix/smtpd[90]: disconnect from x[192.0.2.9] ehlo=2 starttls=1 quit=1 commands=4" ], in_log($smtpd, '')),
	    'plaintext no-starttls proven', 'no STARTTLS, by a service that logs TLS and uses STARTTLS');
	isnt(in_tls([ -9, "postfix/smtpd[90]: connect from x[192.0.2.9]" ], [ -9, "postfix/smtpd[90]: Anonymous TLS connection established from x[192.0.2.9]: $cipher" ],
	    [ -8, "postfix/smtpd[90]: disconnect from x[192.0.2.9] ehlo=1 quit=1 commands=2" ], in_log('postfix/own/smtpd', '')),
	    'plaintext no-starttls proven', 'no STARTTLS, by a service that may be in wrapper mode');
	is(in_tls(in_log($smtpd, undef)), 'unknown not-logged', 'nothing at all');
	for my $s (qw(smtps submissions)) {
		is(in_tls(in_log("postfix/$s/smtpd", '')), 'encrypted wrapper-mode inferred', $s);
		is(in_tls(in_log("postfix/$s/smtpd", undef)), 'encrypted wrapper-mode inferred', "$s, no end");
	}
	is(in_tls(in_log('postfix/submission/smtpd', '')), 'plaintext no-starttls proven', 'submission is no wrapper');
	like(in_tls(in_log('postfix/smtpsx/smtpd', '')), qr/^plaintext no-starttls/, 'nor is smtpsx');
	# rsyslog's stock RFC 5424: who logs in may have come by smtps.
	my $lossy = sub {
		my @log = in_log($smtpd, '');
		my ($m) = grep { $_->{type} eq 'message' && $_->{qid} eq $A } trace(join '', map {
		    my ($pid, $text) = $_->[1] =~ /\[(\d+)\]: (.*)/;
		    sprintf "<22>1 2026-09-01T10:00:%02dZ mx postfix %d - -  %s\n", $_->[0] + 1, $pid, $text =~ s/rcpt=1/$_[0]rcpt=1/r } @log);
		return "$m->{tls} $m->{tls_why}";
	};
	is($lossy->('auth=1 '), 'unknown tag-lost', 'a login, and the tag is lost');
	is($lossy->('auth=0/1 '), 'plaintext no-starttls', 'a login that failed, and the tag is lost');
	is($lossy->(''), 'plaintext no-starttls', 'no login, and the tag is lost');
	is($lossy->('starttls=0/1 auth=1 '), 'plaintext no-starttls', 'a login after STARTTLS failed, and the tag is lost');
	is(in_tls([ 0, "postfix/cleanup[4]: $A: message-id=<1\@x>" ]), 'unknown no-arrival', 'no arrival');
	is(in_tls([ 0, "postfix/pickup[4]: $A: uid=0 from=<a>" ]), 'local submitted proven', 'submitted here');
	# A HELO name or a sender that imitate the line.
	is(in_tls(in_log($smtpd, '', [ 0, "postfix/smtpd[100]: NOQUEUE: reject: RCPT from $c: 550 5.1.1 <x\@example.com>: no; from=<Anonymous TLS connection established from $c: $cipher> to=<x\@example.com> proto=ESMTP helo=<starttls=1>" ])),
	    'plaintext no-starttls inferred', 'a sender that imitates it');
};

subtest 'what the next host says' => sub {
	my $reply = "250 2.0.0 Ok: queued as $B";
	my $out = lines([ -60, 'postfix/anvil[9]: statistics: max cache size 1 at Sep  1 09:00:00', 'out' ],
	    [ 0, "postfix/pickup[4]: $A: uid=0 from=<a>", 'out' ],
	    [ 0, "postfix/cleanup[4]: $A: message-id=<1\@x>", 'out' ],
	    [ 2, "postfix/smtp[77]: " . to(reply => $reply), 'out' ]);
	my $mx = sub { my ($mid, @l) = @_; return lines(map { [ @$_, 'mx' ] } map { [ $_->[0], $_->[1] =~
	    s/$A/$B/r =~ s/<1\@x>/<$mid>/r ] } in_log('postfix/smtpd', @l)) };
	my $c = 'out.example.net[192.0.2.10]';
	my $h = [ 0, "postfix/smtpd[100]: Anonymous TLS connection established from $c: $cipher" ];

	is(out_tls($out, $mx->('1@x', 'starttls=1 ', $h)), 'encrypted peer-log proven', 'encrypted');
	is(out_tls($out, $mx->('1@x', 'starttls=0/1 ')), 'plaintext peer-log proven', 'plaintext');
	is(out_tls($out, $mx->('1@x', undef)), 'unknown not-logged', 'it does not know either');
	is(out_tls($out, $mx->('2@x', 'starttls=1 ', $h)), 'unknown not-logged', 'another message');
	# A filter that passes the answer on says nothing of this hop.
	(my $f = $out) =~ s/250 2.0.0 Ok/250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok/;
	is(out_tls($f, $mx->('1@x', 'starttls=1 ', $h)), 'unknown not-logged', 'an answer that was passed on');
};

done_testing();
