#!/usr/bin/perl

# How messages hang together: every parent_why with its near miss, path and
# hop, links learned late, and replies that imitate them.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx qw(:DEFAULT trace);

sub line {
	my ($s, $host, $rest) = @_;

	return sprintf "Sep  1 %02d:%02d:%02d %s %s\n", 10 + $s / 3600,
	    $s / 60 % 60, $s % 60, $host, $rest;
}

sub lines { return join '', map { line(@$_) } @_ }

# qid of a record by qid => "parent-qid why path-qid hop", from its own
# record or link records.
sub family {
	my %f;

	for my $r (@_) {
		next if $r->{type} ne 'message' && $r->{type} ne 'link';
		my @p = map { (split m{/})[2] } split / /, $r->{parent} // '';
		my ($own, $root) = map { (split m{/}, $_ // '')[2] }
		    $r->{trace}, $r->{path};
		if ($r->{type} eq 'link') {
			$f{$own} .= " link:$p[0]:$r->{parent_why}";
		} else {
			$f{$own} = join ' ', (@p ? join('+', @p) . ':' .
			    ($r->{parent_why} =~ tr/ /+/r) : 'none'), $root,
			    $r->{hop};
		}
	}
	return \%f;
}

# Arrival by SMTP, and the way out.
sub hop {
	my ($s, $host, $inst, $qid, $mid, $reply, %o) = @_;
	my $client = $o{client} // 'c.example.net[192.0.2.10]';

	return lines(
	    [ $s, $host, "$inst/smtpd[100]: connect from $client" ],
	    [ $s, $host, "$inst/smtpd[100]: $qid: client=$client" . ($o{attr} // '') ],
	    [ $s, $host, "$inst/cleanup[101]: $qid: message-id=<$mid>" ],
	    [ $s, $host, "$inst/qmgr[102]: $qid: from=<ann\@example.net>, size=10, nrcpt=1 (queue active)" ],
	    [ $s, $host, "$inst/smtpd[100]: disconnect from $client ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5" ],
	    [ $s + 1, $host, "$inst/smtp[103]: $qid: to=<bob\@example.org>, relay=n.example.org[198.51.100.25]:25, delay=1, delays=0.1/0/0.2/0.7, dsn=2.0.0, status=sent ($reply)" ],
	    [ $s + 1, $host, "$inst/qmgr[102]: $qid: removed" ]);
}

my ($A, $B, $C, $D) = map { "0000${_}14020A" } qw(A B C D);

subtest 'queued as' => sub {
	# Two instances and two hosts: three hops.
	my $a = hop(0, 'mx', 'postfix', $A, '1@x', "250 2.0.0 Ok: queued as $B");
	my $b = hop(1, 'mx', 'postfix-out', $B, '1@x', "250 2.0.0 Ok: 4312 bytes queued as $C");
	my $c = hop(2, 'far', 'postfix', $C, '1@x', '250 ok');
	my $want = { $A => "none $A 1", $B => "$A:queued-as $A 2",
	    $C => "$B:queued-as $A 3" };
	is_deeply(family(trace($a . $b . $c)), $want, 'one file');
	is_deeply(family(trace($c, $b, $a)), $want, 'three files');
	my @r = trace($a . $b . $c);
	is(join(' ', map { $_->{next_host} // '-' } grep { $_->{type} eq 'delivery' } @r),
	    'mx far -', 'next_host');
	is(join(' ', map { (split m{/}, $_->{path})[2] } grep { $_->{type} eq 'delivery' } @r),
	    "$A $A $A", 'deliveries have the path');

	# Near misses.
	my $none = { $A => "none $A 1", $B => "none $B 1" };
	is_deeply(family(trace($a . hop(1, 'mx', 'postfix-out', $B, '2@x', '250 ok'))),
	    $none, 'another Message-ID');
	is_deeply(family(trace(hop(1, 'far', 'postfix', $B, '2@x', '250 ok') . $a)),
	    $none, 'an existing message that a reply names');
	is_deeply(family(trace($a . hop(3700, 'mx', 'postfix-out', $B, '1@x', '250 ok'))),
	    $none, 'more than an hour later');
	is_deeply(family(trace($a . hop(1, 'mx', 'postfix-out', $B, '1@x', '250 ok') =~
	    s/smtpd\[100\]: $B: client=\S+/pickup[7]: $B: uid=1 from=<x>/r)),
	    $none, 'it did not come by SMTP');
	is_deeply(family(trace(hop(0, 'mx', 'postfix', $A, '1@x',
	    "250 2.0.0 Ok: queued as $A"))), { $A => "none $A 1" }, 'itself');
	for my $reply ("250 $B is queued as nothing", "250 ok queued $B as",
	    "250 Ok: queued as NOQUEUE", '250 Ok: queued as ',
	    "250 Ok: queued as ${B}X") {
		is_deeply(family(trace(hop(0, 'mx', 'postfix', $A, '1@x', $reply) .
		    hop(1, 'mx', 'postfix-out', $B, '1@x', '250 ok'))), $none, $reply);
	}
	# Not sent: nothing was queued there.
	(my $t = $a) =~ s/dsn=2.0.0, status=sent \(250/dsn=5.0.0, status=bounced (host n.example.org[198.51.100.25] said: 550/;
	is_deeply(family(trace($t . hop(1, 'mx', 'postfix-out', $B, '1@x', '250 ok'))),
	    $none, 'a refusal that says queued as');
	# Which of two lives with the same ID.
	my @m = grep { $_->{type} eq 'message' && $_->{qid} eq $B } trace(
	    hop(0, 'far', 'postfix', $B, '9@x', '250 ok') .
	    hop(1000, 'mx', 'postfix', $A, '1@x', "250 2.0.0 Ok: queued as $B") .
	    hop(1000, 'far', 'postfix', $B, '1@x', '250 ok'));
	is(join(' ', map { defined $_->{parent} ? 1 : 0 } @m), '0 1',
	    'of two lives the right one');
};

subtest 'XFORWARD and filters' => sub {
	my $a = hop(0, 'mx', 'postfix', $A, '1@x',
	    "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as $B");
	my $b = hop(0, 'mx', 'postfix', $B, '1@x', '250 ok', client =>
	    'localhost[127.0.0.1]', attr => ", orig_queue_id=$A, orig_client=c.example.net[192.0.2.10]");
	my $f = family(trace($b . $a));
	like($f->{$B}, qr/^$A:orig-queue-id $A 2$/, 'orig_queue_id, child first');
	$f = family(trace($a . $b));
	like($f->{$B}, qr/^$A:(?:orig-queue-id|queued-as) $A 2$/, 'parent first');
	unlike($f->{$B}, qr/link/, 'one link');
	# Filters in a row: orig_queue_id is the first one.
	my $c = hop(2, 'mx', 'postfix', $C, '1@x', '250 ok', client =>
	    'localhost[127.0.0.1]', attr => ", orig_queue_id=$A");
	$b =~ s/\(250 ok\)/(250 2.0.0 Ok: queued as $C)/;
	$f = family(trace($a . $b . $c));
	like($f->{$C}, qr/^(?:$A\+$B|$B\+$A):\S+ $A 2$/, 'two parents, the smaller hop');
	# A filter that made another message of it: only orig_queue_id knows.
	$b = hop(0, 'mx', 'postfix', $B, 'new@filter', '250 ok', client =>
	    'localhost[127.0.0.1]', attr => ", orig_queue_id=$A");
	$f = family(trace(hop(0, 'mx', 'postfix', $A, '1@x', '250 ok') . $b));
	is($f->{$B}, "$A:orig-queue-id $A 2", 'another Message-ID, but orig_queue_id');
};

# As Postfix 3.7 logs smtpd_proxy_filter.
subtest 'a filter before the queue' => sub {
	my $tls = 'Anonymous TLS connection established from c.example.net[192.0.2.10]: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519';
	my $accept = "proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as $A; from=<ann\@example.net> to=<bob\@example.org> proto=ESMTP helo=<c.example.net>";
	my $count = 'ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5';
	my $run = sub {
		my (%o) = @_;
		my $front = $o{front} // 'postfix/smtpd[90]';
		my @log = (
		    [ -60, 'mx', 'postfix/anvil[9]: statistics: max cache size 1 at Sep  1 09:00:00' ],
		    [ 0, 'mx', "$front: connect from c.example.net[192.0.2.10]" ],
		    ($o{tls} ? [ 0, 'mx', "$front: $tls" ] : ()),
		    ($o{client} // 1 ? [ 0, 'mx', "$front: NOQUEUE: client=c.example.net[192.0.2.10]" . ($o{sasl} // '') ] : ()),
		    [ 1, 'mx', 'postfix/after/smtpd[91]: connect from localhost[127.0.0.1]' ],
		    [ 1, 'mx', "postfix/after/smtpd[91]: $A: client=localhost[127.0.0.1], orig_client=c.example.net[192.0.2.10]" ],
		    [ 1, 'mx', "postfix/cleanup[92]: $A: message-id=<1\@x>" ],
		    [ 1, 'mx', "postfix/qmgr[93]: $A: from=<ann\@example.net>, size=10, nrcpt=1 (queue active)" ],
		    [ 1, 'mx', 'postfix/after/smtpd[91]: disconnect from localhost[127.0.0.1] ehlo=1 xforward=1 mail=1 rcpt=1 data=1 quit=1 commands=6' ],
		    [ 1, 'mx', "$front: " . ($o{accept} // $accept) ],
		    [ 1, 'mx', "postfix/local[94]: $A: to=<bob\@example.org>, relay=local, delay=1, delays=0.1/0/0/0.9, dsn=2.0.0, status=sent (delivered to mailbox)" ],
		    [ 1, 'mx', "postfix/qmgr[93]: $A: removed" ],
		    [ $o{late} // 2, 'mx', "$front: disconnect from c.example.net[192.0.2.10] " . ($o{count} // $count) ],
		    [ 2, 'mx', 'postfix/smtpd[99]: connect from z.example.net[192.0.2.99]' ]);
		# In the same second, or later, the line may stand before.
		if (defined $o{early}) {
			my ($line) = grep { $_->[2] =~ /proxy-accept/ } @log;
			my ($at) = grep { $log[$_][2] =~ $o{early} } 0 .. $#log;
			splice @log, $at, 0, $line;
			@log = map { $log[$_] } grep { $_ <= $at || $log[$_] != $line } 0 .. $#log;
			for my $k ($at + 1 .. $#log) { $log[$k][0] += $o{wait} // 0 }
		}
		my @m = grep { $_->{type} eq 'message' } trace(lines(@log));
		my ($m) = grep { $_->{qid} eq $A } @m;
		return join ' ', map { $_ // '-' } @$m{qw(client_name client_addr service sasl_user tls tls_why hop)};
	};
	my $inner = 'localhost 127.0.0.1 after - plaintext no-starttls 1';

	is($run->(), 'c.example.net 192.0.2.10 - - plaintext no-starttls 1', 'the client, not the filter');
	is($run->(tls => 1), 'c.example.net 192.0.2.10 - - encrypted handshake 1', 'its handshake');
	is($run->(count => "starttls=1 $count"), 'c.example.net 192.0.2.10 - - encrypted starttls-count 1', 'its counters');
	is($run->(count => "starttls=1 $count", late => 2000), 'c.example.net 192.0.2.10 - - encrypted starttls-count 1', 'much later');
	is($run->(front => 'postfix/smtps/smtpd[90]', sasl => ', sasl_method=PLAIN, sasl_username=ann'),
	    'c.example.net 192.0.2.10 smtps ann encrypted wrapper-mode 1', 'its service and user');
	is($run->(accept => $accept =~ s/accept/reject/r =~ s/250 2.0.0 Ok/554 5.7.1 no/r), $inner, 'refused by the filter');
	is($run->(accept => $accept =~ s/queued as $A/queued as $B/r), $inner, 'another queue ID');
	is($run->(accept => $accept =~ s/: queued as $A;/;/r =~ s/helo=<c/helo=<queued as $A/r), $inner, 'a helo that imitates');
	is($run->(client => 0), $inner, 'no client in that session');
	for my $before (qr/smtpd\[91\]: $A: client/, qr/smtpd\[91\]: connect/, qr/message-id/) {
		is($run->(tls => 1, early => $before), 'c.example.net 192.0.2.10 - - encrypted handshake 1', "it stands before $before");
	}
	is($run->(tls => 1, early => qr/smtpd\[91\]: $A: client/, wait => 60), $inner, 'a minute before: another message');
	is($run->(tls => 1, early => qr/smtpd\[91\]: $A: client/, wait => -60), $inner, 'a minute before, by the stamps behind: another one');
	is($run->(tls => 1, client => 0, early => qr/smtpd\[91\]: $A: client/), $inner, 'before, and no client');
	is($run->(early => qr/smtpd\[91\]: $A: client/, accept => $accept =~ s/queued as $A/queued as $B/r), $inner, 'before, another queue ID');

	# amavisd before the queue: what it bounces and quarantines itself.
	my $say = sub {
		my $log = join '', map { "Nov 30 02:02:13 mx postfix/smtpd[1081]: $_\n" }
		    'connect from client.example.net[192.0.2.10]', 'NOQUEUE: client=client.example.net[192.0.2.10]',
		    @_, 'disconnect from client.example.net[192.0.2.10] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5';
		my $r = run('mxtrace', '-y', 2026, '-z', 'UTC', put(dir() . '/proxy.log', $log));
		return $r->{err} =~ /^mxtrace: (\d+) messages went through a filter before the queue/m ? $1 : 0;
	};
	my $env = 'from=<ann@example.net> to=<bob@example.org> proto=ESMTP helo=<client.example.net>';
	my $gone = "proxy-accept: END-OF-MESSAGE: 250 2.5.0 Ok, id=00951-04, BOUNCE; $env";
	is($say->($gone), 1, 'no queue ID: said');
	is($say->($gone, $gone), 2, 'and how many');
	is($say->("proxy-accept: END-OF-MESSAGE: 250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 1EB0DBEEA9D; $env"), 0, 'a queue ID');
	is($say->($gone =~ s/accept/reject/r =~ s/250 2.5.0/554 5.7.0/r), 0, 'refused: a message of its own');
};

# Pipe to a filter that gives it to sendmail.
sub piped {
	my ($mid, $late, @agent) = @_;

	return lines(
	    [ 0, 'mx', "postfix/smtpd[100]: $A: client=c.example.net[192.0.2.10]" ],
	    [ 0, 'mx', "postfix/cleanup[101]: $A: message-id=<1\@x>" ],
	    [ 0, 'mx', "postfix/qmgr[102]: $A: from=<ann\@example.net>, size=10, nrcpt=1 (queue active)" ],
	    [ 0 + $late, 'mx', "postfix/pickup[104]: $B: uid=99 from=<ann\@example.net>" ],
	    [ 0 + $late, 'mx', "postfix/cleanup[101]: $B: message-id=<$mid>" ],
	    (map { [ 1, 'mx', $_ ] } @agent),
	    [ 1, 'mx', "postfix/qmgr[102]: $A: removed" ]);
}

subtest 'pipe filter' => sub {
	my $pipe = "postfix/pipe[105]: $A: to=<bob\@example.org>, relay=filter, delay=1, delays=0.1/0/0/0.9, dsn=2.0.0, status=sent (delivered via filter service)";
	my $local = "postfix/local[105]: $A: to=<bob\@example.org>, relay=local, delay=1, delays=0.1/0/0/0.9, dsn=2.0.0, status=sent (delivered to mailbox)";
	my $sort = sub { join '', map { $_->[1] } sort { $a->[0] cmp $b->[0] }
	    map { [ substr($_, 0, 15), $_ ] } split /^/, $_[0] };

	is(family(trace(piped('1@x', 0, $pipe)))->{$B}, "$A:message-id $A 2",
	    'while the pipe runs');
	is(family(trace($sort->(piped('1@x', 5, $pipe))))->{$B},
	    "$A:message-id $A 2", 'soon after');
	is(family(trace($sort->(piped('1@x', 900, $pipe))))->{$B},
	    "none $B 1", 'a quarter of an hour later');
	is(family(trace(piped('2@x', 0, $pipe)))->{$B}, "none $B 1",
	    'another Message-ID');
	is(family(trace(piped('1@x', 0, $local)))->{$B}, "none $B 1",
	    'no pipe');
	# What comes back goes through another pipe, which is ready before.
	my $lda = "postfix/pipe[106]: $B: to=<bob\@example.org>, relay=dovecot, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered via dovecot service)";
	for my $late (0, 1) {
		my $n = piped('1@x', 0, $late ? ($pipe, $lda) : ($lda, $pipe));
		is(family(trace($n))->{$B}, "$A:message-id $A 2", 'delivered by a pipe ' . ($late ? 'later' : 'before'));
	}
	is(family(trace(piped('2@x', 0, $lda, $pipe)))->{$B}, "none $B 1", 'and another Message-ID');
	my $f = family(trace(piped('1@x', 0, $lda, $pipe =~ s/$A/$C/r)));
	is($f->{$B}, "none $B 1", 'its own pipe is no parent');
	my $t = piped('1@x', 0, $pipe);
	is(family(trace(join '', map { s/ mx / far / if /$B/; $_ } split /^/, $t))->{$B},
	    "none $B 1", 'another host');
};

# What delivers for a user may forward, by sendmail, before it is done.
subtest 'a command or LMTP that forwards' => sub {
	my $procmail = "postfix/local[105]: $A: to=<bob\@example.org>, relay=local, delay=1, delays=0.1/0/0/0.9, dsn=2.0.0, status=sent (delivered to command: /usr/bin/procmail -a \"\$EXTENSION\")";
	my $sieve = "postfix/lmtp[105]: $A: to=<bob\@example.org>, relay=mx.example.org[private/dovecot-lmtp], delay=0.08, delays=0.01/0.02/0.01/0.04, dsn=2.0.0, status=sent (250 2.0.0 <bob\@example.org> cG89JPPXDGvSAgAAdBcN+A Saved)";
	my $far = $sieve =~ s/mx[.]example[.]org\[private.dovecot-lmtp\]/imap.example.org[192.0.2.24]:24/r;
	my $file = $procmail =~ s/command: [^)]*/mailbox/r;
	my $sent = $procmail =~ s/status=sent/status=deferred/r;
	my $sort = sub { join '', sort { substr($a, 0, 15) cmp substr($b, 0, 15) } split /^/, $_[0] };

	for ([ $procmail, 'procmail' ], [ $sieve, 'Sieve' ]) {
		my ($agent, $name) = @$_;
		my $log = piped('1@x', 0, $agent);
		is(family(trace($log))->{$B}, "$A:message-id $A 2", $name);
		my @late = split /^/, piped('1@x', 1, $agent);
		is(family(trace(join '', @late[0 .. 2, 5, 3, 4, 6]))->{$B},
		    "$A:message-id $A 2", "$name, its line before those of what it forwarded");
		is(family(trace($sort->(piped('1@x', 2, $agent))))->{$B}, "none $B 1", "$name was done a second before");
		is(family(trace(piped('2@x', 0, $agent)))->{$B}, "none $B 1", "$name, another Message-ID");
		is(family(trace($log =~ s/ mx (?=.*$B)/ far /gr))->{$B}, "none $B 1", "$name, another host");
		# A script that gives the same mail to sendmail twice.
		my $own = $log =~ s{smtpd\[100\]: $A: client=.*}{pickup[104]: $A: uid=99 from=<ann\@example.net>}r;
		is(family(trace($own))->{$B}, "none $B 1", "$name, both by pickup");
	}
	is(family(trace(piped('1@x', 0, $_->[0])))->{$B}, "none $B 1", $_->[1])
	    for [ $far, 'LMTP to another host' ], [ $file, 'a mailbox' ], [ $sent, 'not delivered' ];
};

# mlmmj, run by local, gives each subscriber a copy, by SMTP on loopback.
subtest 'a list manager on this host' => sub {
	my $receive = 'relay=local, delay=0.04, delays=0.01/0.01/0/0.01, dsn=2.0.0, status=sent (delivered to command: /usr/bin/mlmmj-receive -L /var/spool/mlmmj/team/)';
	my $mailman = 'relay=127.0.0.1[127.0.0.1]:8024, delay=0.04, delays=0.01/0.01/0.01/0.01, dsn=2.0.0, status=sent (250 Ok)';
	my $list = sub {
		my (%o) = @_;
		my ($mid, $late) = ($o{mid} // '1@x', $o{late} // 0);
		my $copy = sub { my ($qid, $to, $s) = @_;
			return ([ $s, $o{host} // 'mx', "postfix/smtpd[100]: $qid: client=" . ($o{client} // 'localhost[127.0.0.1]') ],
			    [ $s, $o{host} // 'mx', "postfix/cleanup[101]: $qid: message-id=<$mid>" ],
			    [ $s, $o{host} // 'mx', "postfix/qmgr[102]: $qid: from=<team+bounces-1-$to=example.org\@lists.example.org>, size=600, nrcpt=1 (queue active)" ]) };
		return lines(
		    [ 0, 'mx', "postfix/smtpd[100]: $A: client=c.example.net[192.0.2.10]" ],
		    [ 0, 'mx', "postfix/cleanup[101]: $A: message-id=<1\@x>" ],
		    [ 0, 'mx', "postfix/qmgr[102]: $A: from=<ann\@example.net>, size=10, nrcpt=1 (queue active)" ],
		    @{ $o{other} // [] },
		    ($o{early} ? $copy->($B, 'dave', 0) : ()),
		    [ 0, 'mx', 'postfix/' . ($o{agent} // 'local') . "[105]: $A: to=<team\@lists.example.org>, " . ($o{done} // $receive) ],
		    [ 0, 'mx', "postfix/qmgr[102]: $A: removed" ],
		    @{ $o{then} // [] },
		    ($o{early} ? () : $copy->($B, 'dave', $late)),
		    [ $late, $o{host} // 'mx', "postfix/local[105]: $B: to=<dave\@example.org>, relay=local, delay=0.06, delays=0.05/0/0/0.01, dsn=2.0.0, status=sent (delivered to command: /usr/bin/procmail)" ],
		    $copy->($C, 'erin', $late)) };
	my $of = sub { my $f = family(trace($list->(@_))); return "$f->{$B}, $f->{$C}" };
	my $both = "$A:message-id $A 2, $A:message-id $A 2";
	my $none = "none $B 1, none $C 1";

	is($of->(), $both, 'both copies, and neither of the other');
	is($of->(late => 1), $both, 'a second later');
	is($of->(early => 1), $both, 'before it was done');
	is($of->(agent => 'lmtp', done => $mailman), $both, 'Mailman takes it by LMTP');
	is($of->(client => 'localhost[::1]'), $both, 'IPv6');
	is($of->(late => 400), $none, 'long after');
	is($of->(mid => '2@x'), $none, 'another Message-ID');
	is($of->(host => 'far'), $none, 'another host');
	is($of->(client => 'l.example.net[192.0.2.11]'), $none, 'not from loopback');
	is($of->(client => 'localhost[127.0.0.1], sasl_method=PLAIN, sasl_username=ann'), $none, 'webmail of a user');
	is($of->(client => 'localhost[127.0.0.1], orig_client=c.example.net[192.0.2.10]'), $none, 'passed on for another client');
	is($of->(done => $receive =~ s/command: [^)]*/mailbox/r), $none, 'a mailbox');
	is($of->(agent => 'smtp', done => $mailman =~ s/127[.]0[.]0[.]1/192.0.2.25/gr), $none, 'to another host');
	# A second copy, of which a program got hold as well.
	my @other = ([ 0, 'mx', "postfix/smtpd[110]: $D: client=c.example.net[192.0.2.10]" ],
	    [ 0, 'mx', "postfix/cleanup[111]: $D: message-id=<1\@x>" ],
	    [ 0, 'mx', "postfix/local[115]: $D: to=<bob\@example.org>, relay=local, delay=0.04, delays=0.01/0.01/0/0.01, dsn=2.0.0, status=sent (delivered to command: /usr/bin/procmail)" ]);
	is($of->(other => \@other), $none, 'which of two is not clear');
	my @many = map { my $q = sprintf '000%02X14020F', $_;
		([ 0, 'mx', "postfix/cleanup[101]: $q: message-id=<m$_\@x>" ], [ 0, 'mx', "postfix/local[105]: $q: to=<bob\@example.org>, $receive" ]) } 1 .. 128;
	is($of->(then => \@many), $none, 'programs got too many since');
	is($of->(then => [ @many[0 .. 253] ]), $both, 'not yet too many');
	is($of->(other => [ @other[0, 1] ]), $both, 'the other went to no program');
};

subtest 'forwarded and notices' => sub {
	my @in = ([ 0, 'mx', "postfix/pickup[104]: $A: uid=1 from=<ann>" ],
	    [ 0, 'mx', "postfix/cleanup[101]: $A: message-id=<1\@x>" ],
	    [ 0, 'mx', "postfix/qmgr[102]: $A: from=<ann\@example.net>, size=10, nrcpt=2 (queue active)" ]);
	my @child = ([ 1, 'mx', "postfix/cleanup[101]: $B: message-id=<2\@x>" ],
	    [ 1, 'mx', "postfix/qmgr[102]: $B: from=<>, size=10, nrcpt=1 (queue active)" ]);
	my $note = [ 1, 'mx', "postfix/bounce[106]: $A: sender non-delivery notification: $B" ];
	my $fwd = sub { [ 1, 'mx', "postfix/local[107]: $_[0]: to=<$_[1]\@example.com>, relay=local, delay=1, delays=0.1/0/0/0.9, dsn=2.0.0, status=sent (forwarded as $B)" ] };
	my $end = [ 2, 'mx', "postfix/qmgr[102]: $A: removed" ];

	for my $order ([ $note, @child ], [ @child, $note ],
	    [ $child[0], $note, $child[1] ]) {
		is(family(trace(lines(@in, @$order, $end)))->{$B},
		    "$A:notice $B 1", 'a notice has a parent and a path of its own');
	}
	my ($b) = grep { $_->{type} eq 'message' && $_->{qid} eq $B }
	    trace(lines(@in, $note, @child, $end));
	is("$b->{tls} $b->{tls_why}", 'local internal', 'it was made here');
	for my $order ([ $fwd->($A, 'a'), @child ], [ @child, $fwd->($A, 'a') ]) {
		is(family(trace(lines(@in, @$order, $end)))->{$B},
		    "$A:forwarded $A 2", 'forwarded');
	}
	# The ID of a notice is used again, for another one of the same parent.
	my $again = sub { map { [ $_->[0] + $_[0], $_->[1], $_->[2] ] } @child, $note, [ 1, 'mx', "postfix/qmgr[102]: $B: removed" ] };
	my @two = grep { $_->{type} eq 'message' && $_->{qid} eq $B } trace(lines(@in, $again->(0), $again->(5000), map { [ $_->[0] + 5001, @$_[1, 2] ] } $end));
	is(join(' ', map { ($_->{parent} // '-') =~ m{/$A/} ? $_->{parent_why} : '-' } @two), 'notice notice', 'an ID that is used again');
	# Two parents of one forward.
	my @in2 = map { [ $_->[0], $_->[1], $_->[2] =~ s/$A/$C/r ] } @in;
	like(family(trace(lines(@in, @in2, @child, $fwd->($A, 'a'),
	    $fwd->($C, 'b'), $end)))->{$B}, qr/^$A\+$C:forwarded\+forwarded (?:$A|$C) 2$/,
	    'two forwards are one');
	# A reply that says so is no forward.
	my $lie = [ 1, 'mx', "postfix/smtp[107]: $A: to=<a\@example.com>, relay=n.example.org[198.51.100.25]:25, delay=1, delays=0.1/0/0/0.9, dsn=2.0.0, status=sent (250 forwarded as $B)" ];
	is(family(trace(lines(@in, @child, $lie, $end)))->{$B}, "none $B 1",
	    'a reply that imitates it');
	$lie->[2] =~ s/\(250 forwarded/(forwarded/;
	is(family(trace(lines(@in, @child, $lie, $end)))->{$B}, "none $B 1",
	    'nor without a code');
	# A bounce of a bounced forward: path and hop of both.
	my $f = family(trace(lines(@in, @child, $fwd->($A, 'a'), $end,
	    [ 3, 'mx', "postfix/bounce[106]: $B: sender non-delivery notification: $C" ],
	    [ 3, 'mx', "postfix/cleanup[101]: $C: message-id=<3\@x>" ],
	    [ 3, 'mx', "postfix/local[107]: $C: to=<b\@example.com>, relay=local, delay=1, delays=0.1/0/0/0.9, dsn=2.0.0, status=sent (forwarded as $D)" ],
	    [ 3, 'mx', "postfix/cleanup[101]: $D: message-id=<4\@x>" ])));
	is_deeply([ @$f{$B, $C, $D} ], [ "$A:forwarded $A 2", "$B:notice $C 1",
	    "$C:forwarded $C 2" ], 'a path begins at the notice');
};

subtest 'requeued' => sub {
	my $t = lines([ 0, 'mx', "postfix/pickup[104]: $A: uid=1 from=<ann>" ],
	    [ 5, 'mx', "postfix/postsuper[9]: $A: requeued" ],
	    [ 6, 'mx', "postfix/pickup[104]: $B: uid=1 from=<ann> orig_id=$A" ],
	    [ 9, 'mx', "postfix/postsuper[9]: $B: requeued" ],
	    [ 10, 'mx', "postfix/pickup[104]: $C: uid=1 from=<ann> orig_id=$B" ]);
	is_deeply(family(trace($t)), { $A => "none $A 1",
	    $B => "$A:requeued $A 2", $C => "$B:requeued $A 3" }, 'twice');
	$t = join '', map { s/ mx / far / if /pickup\[104\]: $B/; $_ } split /^/, $t;
	is(family(trace($t))->{$B}, "none $B 1", 'not across hosts');
	# A sender that imitates it.
	is(family(trace(lines([ 0, 'mx', "postfix/pickup[104]: $A: uid=1 from=<ann>" ],
	    [ 6, 'mx', "postfix/pickup[104]: $B: uid=1 from=<ann orig_id=$A>" ])))->{$B},
	    "none $B 1", 'orig_id in the sender');
};

# Of two lives of a queue ID the later one is the parent, however much mail
# there was since.
subtest 'the later life' => sub {
	my $life = sub { map { [ $_[0], 'mx', "postfix/$_" ] } "pickup[104]: $_[1]: uid=1 from=<ann>", "qmgr[102]: $_[1]: removed" };
	my $child = [ 3000, 'mx', "postfix/smtpd[100]: $B: client=localhost[127.0.0.1], orig_queue_id=$A" ];

	for my $n (1, 1000, 2000, 3000) {
		my ($b) = grep { $_->{type} eq 'message' && $_->{qid} eq $B }
		    trace(lines($life->(0, $A), $life->(600, $A), map({ $life->(1200 + $_ / 2, sprintf 'D%06X4020A', $_) } 1 .. $n), $child));
		like($b->{parent} // '', qr/T10:10:00Z$/, "$n messages later");
	}
};

# The child is deferred, or on hold, and its parent gone from the queue since
# long; other mail goes on.
subtest 'a child that stays' => sub {
	my $in = [ 0, 'mx', "postfix/pickup[104]: $A: uid=1 from=<ann>" ];
	my @id = map { [ 0, 'mx', "postfix/cleanup[101]: $_: message-id=<1\@x>" ] } $A, $B, $C;
	my @active = map { [ 0, 'mx', "postfix/qmgr[102]: $_: from=<ann\@example.net>, size=10, nrcpt=1 (queue active)" ] } $A, $B, $C;
	my $sent = sub { [ 1, 'mx', "postfix/$_[1]\[103]: $_[0]: to=<bob\@example.org>, relay=$_[2], delay=1, delays=0.1/0/0.2/0.7, dsn=2.0.0, status=sent ($_[3])" ] };
	my $gone = sub { [ $_[1] // 1, 'mx', "postfix/qmgr[102]: $_[0]: removed" ] };
	my $client = sub { [ 0, 'mx', "postfix/smtpd[100]: $_[0]: client=localhost[127.0.0.1]" . ($_[1] // '') ], [ 0, 'mx', 'postfix/smtpd[100]: disconnect from localhost[127.0.0.1]' ] };
	my $filter = '127.0.0.1[127.0.0.1]:10024';
	my @way = (
	    [ 'queued-as', $A, $client->($B), $id[1], $sent->($A, 'smtp', $filter, "250 2.0.0 Ok: queued as $B"), $gone->($A) ],
	    [ 'orig-queue-id', $A, $client->($B, ", orig_queue_id=$A"), $id[1], $sent->($A, 'smtp', $filter, '250 ok'), $gone->($A) ],
	    [ 'forwarded', $A, $id[1], $sent->($A, 'local', 'local', "forwarded as $B"), $gone->($A) ],
	    [ 'message-id', $A, [ 0, 'mx', "postfix/pickup[104]: $B: uid=1 from=<ann>" ], $id[1], $sent->($A, 'pipe', 'filter', 'delivered via filter service'), $gone->($A) ],
	    [ 'requeued', $A, [ 1, 'mx', "postfix/postsuper[9]: $A: requeued" ], [ 2, 'mx', "postfix/pickup[104]: $B: uid=1 from=<ann> orig_id=$A" ] ],
	    [ 'notice', $B, $id[1], [ 1, 'mx', "postfix/bounce[106]: $A: sender non-delivery notification: $B" ], $gone->($A) ]);
	my $later = sub { [ $_[0], 'mx', "postfix/smtp[103]: $B: to=<bob\@example.org>, relay=none, delay=1, delays=0.1/0/0.2/0.7, dsn=4.4.1, status=deferred (connect to n.example.org[198.51.100.25]:25: Connection timed out)" ] };
	my $other = sub { my ($n) = @_; map { [ $n, 'mx', "postfix/$_" ] } "pickup[104]: $D: uid=1 from=<z>", "qmgr[102]: $D: from=<z\@example.net>, size=10, nrcpt=1 (queue active)", "qmgr[102]: $D: removed" };

	for my $x (@way) {
		my ($why, $root, @log) = @$x;
		my $hop = $root eq $A ? 2 : 1;
		my @begin = ($in, $id[0], @active[0, 1], @log, $later->(2));

		is(family(trace(lines(@begin, $other->(4000), $other->(8000), $later->(9000), $gone->($B, 9001), $other->(20000))))->{$B},
		    "$A:$why $root $hop", "$why: for hours");
		is(family(trace(lines(@begin, $other->(4000), $other->(8000), $other->(90000))))->{$B},
		    "$A:$why $root $hop", "$why: to the end");
		is(family(trace(lines(@begin, $other->(700000), $other->(1400000))))->{$B},
		    "$A:$why $root $hop", "$why: silence");
	}
	# The grandchild, of a child that left at once.
	my $f = family(trace(lines($in, $id[0], @active, $client->($B), $id[1], $sent->($A, 'smtp', $filter, "250 2.0.0 Ok: queued as $B"), $gone->($A),
	    $id[2], $sent->($B, 'local', 'local', "forwarded as $C"), $gone->($B), $other->(4000), $other->(9000), $gone->($C, 9001), $other->(20000))));
	is($f->{$C}, "$B:forwarded $A 3", 'a grandchild');
	# A life of that ID which begins when the parent is gone is no parent.
	$f = family(trace(lines($in, $id[0], @active[0, 1], @{$way[0]}[2 .. 6], $later->(2), $other->(4000), $other->(8000),
	    [ 9000, 'mx', "postfix/pickup[104]: $A: uid=1 from=<z>" ], $gone->($A, 9001), $gone->($B, 9002))));
	is($f->{$B}, "$A:queued-as $A 2", 'its ID is used again');
	my ($b) = grep { $_->{type} eq 'message' && $_->{qid} eq $B } trace(lines($in, $id[0], @active[0, 1], @{$way[0]}[2 .. 6], $later->(2),
	    $other->(4000), $other->(8000), [ 9000, 'mx', "postfix/pickup[104]: $A: uid=1 from=<z>" ], $gone->($A, 9001), $gone->($B, 9002)));
	like($b->{parent}, qr/T10:00:00Z$/, 'the parent is the first life');
	# The child is gone since long, its parent kept by another recipient.
	my @child = map { $_->[2] =~ s{postfix/(smtpd|cleanup|qmgr)}{postfix-out/$1}r } @{$way[0]}[2, 3, 4], $gone->($B);
	my @far = map { [ 1, 'far', $_ ] } 'postfix-out/smtpd[100]: connect from mx.example.net[192.0.2.1]', @child[0, 2],
	    "postfix-out/qmgr[102]: $B: from=<ann\@example.net>, size=10, nrcpt=1 (queue active)", $child[3],
	    'postfix-out/smtpd[100]: disconnect from mx.example.net[192.0.2.1] ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7';
	my @all = ($in, $id[0], [ 0, 'mx', $active[0][2] =~ s/nrcpt=1/nrcpt=2/r ], @far, $sent->($A, 'smtp', 'far.example.net[192.0.2.2]:25', "250 2.0.0 Ok: queued as $B"),
	    map({ ($other->($_), [ $_ + 1, 'mx', $later->(0)->[2] =~ s/$B/$A/r =~ s/bob/carl/r ]) } 10, 4000, 8000), $gone->($A, 9000), $other->(20000));
	my $show = sub { join ', ', map { join ' ', map { $_ // '-' } @$_{qw(tls tls_why next_host)} } grep { $_->{type} eq 'delivery' && $_->{qid} eq $A && $_->{to} =~ /bob/ } trace(lines(@_)) };
	is($show->(@all), 'encrypted peer-log far', 'a parent that stays');
	is($show->(map { [ $_->[0], $_->[1], $_->[1] eq 'far' ? $_->[2] =~ s/$B/$C/r : $_->[2] ] } @all), 'unknown not-logged -', 'another message there');
};

subtest 'learned late' => sub {
	# The parent's reply comes when its child was written long ago.
	my $b = hop(0, 'far', 'postfix', $B, '1@x', '250 ok');
	my $a = hop(2000, 'mx', 'postfix', $A, '1@x', "250 2.0.0 Ok: queued as $B");
	my @r = trace($b, $a);
	my $f = family(@r);
	is($f->{$B}, "none $B 1 link:$A:queued-as", 'a link record');
	my ($l) = grep { $_->{type} eq 'link' } @r;
	is(join(' ', @$l{qw(trace parent parent_why)}),
	    "far/postfix/$B/2026-09-01T10:00:00Z mx/postfix/$A/2026-09-01T10:33:20Z queued-as",
	    'its keys');
	# What is written later has what is known by then.
	my $early = trace_path(hop(0, 'far', 'postfix', $B, '1@x',
	    "250 2.0.0 Ok: queued as $C"), $a, hop(2600, 'end', 'postfix', $C, '1@x', '250 ok'));
	like($early, qr/^($A|$B) [23]$/, 'a grandchild');
	# Links never run in circles.
	$f = family(trace(hop(0, 'mx', 'postfix', $A, '1@x', "250 2.0.0 Ok: queued as $B") .
	    hop(0, 'mx', 'postfix-out', $B, '1@x', "250 2.0.0 Ok: queued as $A")));
	like($f->{$A}, qr/ \d+$/, 'a loop ends') or diag(explain($f));
};

sub trace_path {
	my ($c) = grep { $_->{type} eq 'message' && $_->{qid} eq $C } trace(@_);

	return ((split m{/}, $c->{path})[2]) . " $c->{hop}";
}

done_testing();
