#!/usr/bin/perl

# One queue ID, how many messages: reuse, several messages a session, cut
# sessions, holding, requeueing, refusals, instances, and when a message is
# written.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx qw(:DEFAULT trace line lines);

my $js = JSON::PP->new->utf8;
my $dir = dir();
my @opt = ('-q', '-y', 2026, '-z', 'UTC');

sub messages { return grep { $_->{type} eq 'message' } @_ }
sub deliveries { return grep { $_->{type} eq 'delivery' } @_ }

my $q = '1E24014020A';
my $to = 'to=<bob@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=2.0.0, status=sent (250 ok)';
my $later = 'to=<bob@example.org>, relay=none, delay=0.4, delays=0.1/0/0.2/0, dsn=4.4.1, status=deferred (connect to mx1.example.org[198.51.100.25]:25: Connection refused)';

# A message from its arrival to its removal, n seconds after ten.
sub whole {
	my ($s, $from, $qid) = @_;

	$qid //= $q;
	return lines([ $s, "postfix/pickup[3]: $qid: uid=0 from=<$from>" ],
	    [ $s, "postfix/cleanup[4]: $qid: message-id=<$from\@mx>" ],
	    [ $s, "postfix/qmgr[1]: $qid: from=<$from\@example.org>, size=1, nrcpt=1 (queue active)" ],
	    [ $s + 1, "postfix/smtp[7]: $qid: $to" ],
	    [ $s + 1, "postfix/qmgr[1]: $qid: removed" ]);
}

sub senders { return join ' ', map { $_->{from} } messages(@_) }

subtest 'a short ID again' => sub {
	for my $gap (2, 11, 400, 5000) {
		my @r = trace(whole(0, 'a') . whole($gap, 'b'));
		is(senders(@r), 'a@example.org b@example.org', "after $gap s");
		is(join(' ', map { $_->{complete} } messages(@r)), '1 1',
		    "after $gap s: both complete");
		my %t = map { $_->{trace} => 1 } messages(@r);
		is(scalar keys %t, 2, "after $gap s: two traces");
		is(scalar(grep { $_->{trace} eq (messages(@r))[1]{trace} }
		    deliveries(@r)), 1, "after $gap s: a delivery each");
	}
	# The removal of the first was lost.
	my @l = split /^/, whole(0, 'a');
	for my $gap (15, 400, 90000) {
		my @r = trace(join('', @l[0 .. 3]) . whole($gap, 'b'));
		is(senders(@r), 'a@example.org b@example.org',
		    "removal lost, $gap s");
		is(join(',', map { $_->{missing} // '' } messages(@r)),
		    'removal,', "removal lost, $gap s: it is said");
	}
	# In a crowd, where the tables grow between two lines.
	my $crowd = join '', map { line(20, sprintf
	    'postfix/pickup[3]: 2%04X14020A: uid=0 from=<x>', $_) } 1 .. 5000;
	@l = (split(/^/, whole(0, 'a')), split /^/, whole(20, 'b'));
	my @r = grep { $_->{qid} eq $q } messages(trace(join '', @l[0 .. 2],
	    $l[5], $crowd, @l[6 .. 9]));
	is(join(' ', map { "$_->{from} " . ($_->{complete} ? 1 : 0) } @r),
	    'a@example.org 0 b@example.org 1', 'in a crowd');
	# A long ID does not come again: it is one life.
	my $long = '4hZ1fY0sf8z9s6S';
	@r = messages(trace(whole(0, 'a', $long) . line(500,
	    "postfix/smtp[7]: $long: $to")));
	is(join(' ', map { $_->{trace} } @r[0 .. 0]), "mx/postfix/$long",
	    'a long ID needs no second');
};

subtest 'sessions' => sub {
	my $c = 'c.example.net[192.0.2.10]';
	my $tls = "Anonymous TLS connection established from $c: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)";
	my @r = messages(trace(lines(
	    [ 0, "postfix/smtpd[100]: connect from $c" ],
	    [ 0, "postfix/smtpd[100]: 0000A14020A: client=$c" ],
	    [ 1, "postfix/smtpd[100]: $tls" ],
	    [ 1, "postfix/smtpd[100]: 0000B14020A: client=$c" ],
	    [ 2, "postfix/smtpd[100]: 0000C14020A: client=$c, sasl_method=PLAIN, sasl_username=ann" ],
	    [ 3, "postfix/smtpd[100]: disconnect from $c ehlo=2 starttls=1 mail=3 rcpt=3 data=3 quit=1 commands=13" ],
	    [ 4, "postfix/smtpd[100]: connect from $c" ],
	    [ 4, "postfix/smtpd[100]: 0000D14020A: client=$c" ],
	    [ 5, "postfix/smtpd[100]: disconnect from $c ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5" ])));
	is(join(' ', map { $_->{tls} } @r),
	    'plaintext encrypted encrypted plaintext',
	    'STARTTLS in mid-session, and the next session');
	is(join(' ', map { $_->{sasl_user} // '-' } @r), '- - ann -',
	    'the login is that of one message');

	# The process died; its pid is used again.
	@r = messages(trace(lines(
	    [ 0, "postfix/smtpd[100]: connect from $c" ],
	    [ 0, "postfix/smtpd[100]: $tls" ],
	    [ 0, "postfix/smtpd[100]: 0000A14020A: client=$c" ],
	    [ 5, 'postfix/master[2]: daemon started -- version 3.7.1, configuration /etc/postfix' ],
	    [ 6, "postfix/smtpd[100]: 0000B14020A: client=$c" ],
	    [ 7, "postfix/smtpd[100]: disconnect from $c ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5" ])));
	is($r[0]{tls}, 'encrypted', 'cut by a start: before');
	isnt($r[1]{tls}, 'encrypted', 'cut by a start: not after');
	# Another instance's start is none of its business.
	@r = messages(trace(lines(
	    [ 0, "postfix/smtpd[100]: connect from $c" ],
	    [ 0, "postfix/smtpd[100]: $tls" ],
	    [ 0, 'postfix/cleanup[4]: 0000C14020A: message-id=<x@y>' ],
	    [ 0, 'postfix-out/cleanup[4]: 0000D14020A: message-id=<x@y>' ],
	    [ 5, 'postfix-out/master[2]: daemon started -- version 3.7.1, configuration /etc/postfix-out' ],
	    [ 6, "postfix/smtpd[100]: 0000B14020A: client=$c" ])));
	is((grep { $_->{qid} eq '0000B14020A' } @r)[0]{tls}, 'encrypted',
	    "another instance's start");
	# Lines about the message before it has an ID.
	@r = messages(trace(lines(
	    [ 0, "postfix/smtpd[100]: connect from $c" ],
	    [ 0, "postfix/smtpd[100]: NOQUEUE: discard: RCPT from $c: <b\@example.com>: Recipient address triggers DISCARD action; from=<ann\@example.net> to=<b\@example.com> proto=ESMTP helo=<c>" ],
	    [ 0, "postfix/smtpd[100]: 0000A14020A: client=$c" ],
	    [ 0, 'postfix/cleanup[4]: 0000A14020A: message-id=<x@y>' ],
	    [ 1, "postfix/smtpd[100]: NOQUEUE: hold: RCPT from $c: <b\@example.com>: Recipient address triggers HOLD action; from=<ann\@example.net> to=<b\@example.com> proto=ESMTP helo=<c>" ],
	    [ 1, "postfix/smtpd[100]: 0000B14020A: client=$c" ],
	    [ 1, 'postfix/cleanup[4]: 0000B14020A: message-id=<x2@y>' ],
	    [ 2, "postfix/smtpd[100]: 0000C14020A: client=$c" ])));
	is(join(' ', map { $_->{status} } @r), 'discarded held unknown',
	    'discard and hold before client= are of the next message only');
};

subtest 'what postsuper does' => sub {
	my @in = ([ 0, "postfix/pickup[3]: $q: uid=0 from=<a>" ],
	    [ 0, "postfix/cleanup[4]: $q: message-id=<1\@mx>" ],
	    [ 0, "postfix/qmgr[1]: $q: from=<a\@example.org>, size=1, nrcpt=1 (queue active)" ],
	    [ 1, "postfix/smtp[7]: $q: $later" ]);
	my $status = sub {
		my @m = grep { $_->{qid} eq $q } messages(trace(lines(@in, @_)));
		is(scalar @m, 1, 'one life');
		return "$m[0]{status} " . ($m[0]{complete} ? 'complete' :
		    $m[0]{missing});
	};

	is($status->(), 'deferred removal', 'left in the queue');
	is($status->([ 9, "postfix/postsuper[9]: $q: placed on hold" ]),
	    'held removal', 'held');
	is($status->([ 9, "postfix/postsuper[9]: $q: placed on hold" ],
	    map { [ 86400 * $_, "postfix/qmgr[1]: 0000B14020A: removed" ] } 1 .. 20),
	    'held removal', 'held for weeks');
	is($status->([ 9, "postfix/postsuper[9]: $q: placed on hold" ],
	    [ 86400 * 20, "postfix/postsuper[10]: $q: released from hold" ],
	    [ 86400 * 20, "postfix/qmgr[1]: $q: from=<a\@example.org>, size=1, nrcpt=1 (queue active)" ],
	    [ 86400 * 20, "postfix/smtp[8]: $q: $to" ],
	    [ 86400 * 20, "postfix/qmgr[1]: $q: removed" ]),
	    'sent complete', 'held for weeks, released and sent');
	is($status->([ 9, "postfix/postsuper[9]: $q: removed" ]),
	    'deleted complete', 'deleted');
	is($status->([ 9, "postfix/postsuper[9]: $q: requeued" ]),
	    'requeued complete', 'requeued');
	is($status->([ 9, "postfix/qmgr[1]: $q: from=<a\@example.org>, status=expired, returned to sender" ],
	    [ 9, "postfix/qmgr[1]: $q: removed" ]), 'expired complete', 'expired');
	is($status->([ 9, "postfix/qmgr[1]: $q: from=<a\@example.org>, status=force-expired, returned to sender" ],
	    [ 9, "postfix/qmgr[1]: $q: removed" ]), 'expired complete',
	    'force-expired');
	is($status->([ 300, "postfix/smtp[7]: $q: $to" ],
	    [ 300, "postfix/qmgr[1]: $q: removed" ]), 'sent complete',
	    'deferred, then sent');
	is($status->([ 86400 * 5, "postfix/smtp[7]: $q: $to" ],
	    [ 86400 * 5, "postfix/qmgr[1]: $q: removed" ]), 'sent complete',
	    'sent after five days');
	# With the old ID and the new one.
	my @r = trace(lines(@in, [ 9, "postfix/postsuper[9]: $q: requeued" ],
	    [ 10, "postfix/pickup[3]: 0000B14020A: uid=0 from=<a\@example.org> orig_id=$q" ],
	    [ 10, 'postfix/cleanup[4]: 0000B14020A: message-id=<1@mx>' ]));
	my @m = messages(@r);
	is("$m[1]{parent} $m[1]{parent_why} $m[1]{hop}",
	    "$m[0]{trace} requeued 2", 'the new ID knows the old one');
};

subtest 'refusals' => sub {
	my $rej = sub { "NOQUEUE: reject: RCPT from c.example.net[192.0.2.10]: 550 5.1.1 <$_[0]\@example.com>: Recipient address rejected: User unknown; from=<a\@example.net> to=<$_[0]\@example.com> proto=ESMTP helo=<c>" };
	my @r = trace(lines([ 0, 'postfix/smtpd[100]: ' . $rej->('n1') ],
	    [ 0, 'postfix/smtpd[100]: ' . $rej->('n2') ],
	    [ 0, 'postfix/smtpd[101]: ' . $rej->('n3') ],
	    [ 1, 'postfix/submission/smtpd[100]: ' . $rej->('n4') ]));
	is(join(' ', map { $_->{trace} } messages(@r)), join(' ', map
	    { "mx/postfix/NOQUEUE/2026-09-01T10:00:0$_" } qw(0Z/100/1 0Z/100/2
	    0Z/101/1 1Z/100/1)), 'trace of a reject');
	is(scalar deliveries(@r), 0, 'no delivery');
	is(join(' ', map { "$_->{status} $_->{to}" } messages(@r)),
	    join(' ', map { "rejected n$_\@example.com" } 1 .. 4), 'rejected');
	my ($m) = messages(trace(line(0, 'postfix/smtpd[100]: ' . $rej->('n1'))));
	is("$m->{stage} $m->{reply_code} $m->{dsn}", 'RCPT 550 5.1.1', 'stage and code');
	ok(!exists $m->{complete}, 'nothing is complete');

	# The same words that refuse nothing.
	for my $what (qw(reject_warning filter permit redirect bcc)) {
		(my $l = $rej->('n1')) =~ s/reject:/$what:/;
		is(scalar messages(trace(line(0, "postfix/smtpd[100]: $l"))), 0,
		    "NOQUEUE: $what");
	}
	# With a queue ID it is a delivery of that message.
	(my $l = $rej->('n1')) =~ s/NOQUEUE/$q/;
	@r = trace(lines([ 0, "postfix/smtpd[100]: $q: client=c.example.net[192.0.2.10]" ],
	    [ 0, "postfix/smtpd[100]: $l" ],
	    [ 0, "postfix/cleanup[4]: $q: message-id=<1\@mx>" ],
	    [ 0, "postfix/qmgr[1]: $q: from=<a\@example.net>, size=1, nrcpt=1 (queue active)" ],
	    [ 1, "postfix/smtp[7]: $q: $to" ],
	    [ 1, "postfix/qmgr[1]: $q: removed" ]));
	is(join(' ', map { "$_->{to} $_->{status} $_->{tls}" } deliveries(@r)),
	    'n1@example.com rejected none-attempted bob@example.org sent unknown',
	    'refused with queue ID');
	is((messages(@r))[0]{status}, 'sent', 'the rest was sent');
	($m) = messages(trace(lines(
	    [ 0, "postfix/smtpd[100]: $q: client=c.example.net[192.0.2.10]" ],
	    [ 0, "postfix/cleanup[4]: $q: message-id=<1\@mx>" ],
	    [ 0, "postfix/cleanup[4]: $q: milter-reject: END-OF-MESSAGE from c.example.net[192.0.2.10]: 5.7.1 virus; from=<a\@example.net> to=<b\@example.com> proto=ESMTP helo=<c>" ])));
	is($m->{status}, 'rejected', 'refused at its end');
};

subtest 'instances' => sub {
	my @edge = ([ 0, "postfix-edge/smtpd[100]: connect from c.example.net[192.0.2.10]" ],
	    [ 0, "postfix-edge/smtpd[100]: $q: client=c.example.net[192.0.2.10]" ],
	    [ 0, "postfix/cleanup[4]: $q: message-id=<1\@mx>" ],
	    [ 0, "postfix/qmgr[1]: $q: from=<a\@example.net>, size=1, nrcpt=1 (queue active)" ],
	    [ 1, "relay-out/smtp[7]: $q: $to" ],
	    [ 1, "postfix/qmgr[1]: $q: removed" ]);
	my @r = trace(lines(@edge));
	is(scalar messages(@r), 1, 'a service of another name');
	is("@{[map { \"$_->{instance} $_->{complete}\" } messages(@r)]}", 'postfix 1',
	    'the queue is that of cleanup and qmgr');
	is(scalar deliveries(@r), 1, 'its delivery');
	# cleanup before smtpd, in either order.
	@r = trace(lines(@edge[0, 2, 1, 3 .. 5]));
	is(scalar messages(@r), 1, 'cleanup first');
	# Two that have queues of their own.
	my @two = map { my $i = $_; map { my $l = $_->[1] =~
	    s{^\S+?/}{$i/}r; [ $_->[0], $l ] } @edge } qw(postfix postfix-out);
	@r = trace(lines(sort { $a->[0] <=> $b->[0] } @two));
	is(join(' ', map { "$_->{instance} $_->{complete}" } messages(@r)),
	    'postfix 1 postfix-out 1', 'the same ID in two instances');
	is(scalar deliveries(@r), 2, 'a delivery each');
};

subtest 'many deliveries' => sub {
	my $n = 9000;
	my $t = lines([ 0, "postfix/pickup[3]: $q: uid=0 from=<a>" ],
	    [ 0, "postfix/cleanup[4]: $q: message-id=<1\@mx>" ],
	    [ 0, "postfix/qmgr[1]: $q: from=<a\@example.org>, size=1, nrcpt=$n (queue active)" ]);
	$t .= line(1 + $_ / 100, "postfix/smtp[7]: $q: " . $to =~ s/bob/u$_/r)
	    for 1 .. $n;
	$t .= line(200, "postfix/qmgr[1]: $q: removed");
	my $r = run('mxtrace', @opt, put("$dir/x.log", $t));
	my @l = grep { /"type":"(?:message|delivery)"/ } split /^/, $r->{out};
	is(scalar @l, $n + 1, 'each once');
	my %to;
	$to{$1}++ while $r->{out} =~ /"to":"(u\d+)@/g;
	is(scalar keys %to, $n, 'every recipient');
	my ($first) = grep { $l[$_] =~ /"message"/ } 0 .. $#l;
	is($first, 8192, 'over 4,096 are written before the message');
	my %path;
	$path{$1}++ while $r->{out} =~ /"path":"([^"]*)"/g;
	is(join(' ', values %path), $n + 1, 'one path');
	my $m = $js->decode($l[$first]);
	is("$m->{status} $m->{complete}", 'sent 1', 'the message');
};

# What is closed comes out while the input is still open.
subtest 'streaming' => sub {
	my $log = whole(0, 'early') . line(302, "postfix/qmgr[1]: 0000B14020A: removed");
	my $exe = tool_path('mxtrace');
	pipe my $r, my $w or die;
	pipe my $or, my $ow or die;
	my $pid = fork // die;
	if ($pid == 0) {
		open STDIN, '<&', $r;
		open STDOUT, '>&', $ow;
		close $_ for $r, $w, $or, $ow;
		exec $exe, @opt, '-' or POSIX::_exit(127);
	}
	close $r;
	close $ow;
	syswrite $w, $log;
	# Windows are filled before lines are looked at, and buffers before they
	# are written.
	my $more = join '', map { whole(310 + $_, "u$_",
	    sprintf '%05X14020A', $_) } 1 .. 2000;
	my $got = '';
	my $feeder = fork // die;
	if ($feeder == 0) {
		close $or;
		syswrite $w, $more;
		sleep 20;
		POSIX::_exit(0);
	}
	my $in = '';
	vec($in, fileno $or, 1) = 1;
	my $ready = select $in, undef, undef, 15;
	sysread $or, $got, 4096 if $ready;
	like($got, qr/early/, 'written before the end of the input');
	kill 'TERM', $feeder;
	waitpid $feeder, 0;
	close $w;
	1 while sysread $or, $got, 65536;
	waitpid $pid, 0;
	is($? >> 8, 0, 'and it ends well');

	# A message is held for 300 s after its end.
	my @r = messages(trace(whole(0, 'a') . line(299, "postfix/smtp[7]: 0000B14020A: $later")
	    . whole(1000, 'b')));
	is(senders(grep { defined $_->{from} } @r), 'a@example.org b@example.org',
	    'in order of their ends');
};

subtest 'a log without removed' => sub {
	my $t = join '', map { grep { !/removed/ } split /^/,
	    whole($_ * 600, "u$_", sprintf '%05X14020A', $_) } 0 .. 30;
	my @r = messages(trace($t));
	is(scalar @r, 31, 'every message');
	is(scalar(grep { $_->{missing} eq 'removal' && !$_->{complete} &&
	    $_->{status} eq 'sent' } @r), 31, 'sent, the removal is missing');
};

# As many lines as recipients, and one of these still waits: an alias has a
# line for each mailbox.  The queue is tried again every 4,000 s.
subtest 'an alias does not settle the rest' => sub {
	my $local = sub { "to=<$_[0]\@example.org>, orig_to=<staff\@example.org>, relay=local, delay=0.1, delays=0.1/0/0/0, dsn=2.0.0, status=sent (delivered to mailbox)" };
	my @l = ([ 0, "postfix/pickup[3]: $q: uid=0 from=<a>" ],
	    [ 0, "postfix/cleanup[4]: $q: message-id=<a\@mx>" ],
	    [ 0, "postfix/qmgr[1]: $q: from=<a\@example.org>, size=1, nrcpt=2 (queue active)" ],
	    [ 1, "postfix/local[5]: $q: " . $local->('ann') ],
	    [ 1, "postfix/local[5]: $q: " . $local->('bea') ]);
	my @time = map { [ $_, 'postfix/anvil[8]: statistics: max cache size 1 at Sep  1 00:00:00' ] } 3700, 4005;
	my @again = ([ 4010, "postfix/qmgr[1]: $q: from=<a\@example.org>, size=1, nrcpt=2 (queue active)" ],
	    [ 4011, "postfix/smtp[7]: $q: $to" ],
	    [ 4011, "postfix/qmgr[1]: $q: removed" ]);
	my @r = trace(lines(@l, [ 1, "postfix/smtp[7]: $q: $later" ], @time,
	    @again));
	is(join(' ', map { "$_->{status} " . ($_->{complete} ? 1 : 0) }
	    messages(@r)), 'sent 1', 'one message, complete');
	is(scalar deliveries(@r), 4, 'with all its deliveries');

	# Settled in the end, the removal not logged: nobody waits for it, and
	# it is written before what comes hours later.
	my @done = (@l, [ 1, "postfix/smtp[7]: $q: $later" ], $again[1]);
	@r = messages(trace(lines(@done) .
	    whole(9000, 'b', '0000B14020A') . whole(9900, 'c', '0000C14020A')));
	is(senders(@r), 'a@example.org b@example.org c@example.org',
	    'settled: closed after an hour');
	# Not settled: at the end.
	$done[-1] = [ 4011, "postfix/smtp[7]: $q: $later" ];
	@r = messages(trace(lines(@done) .
	    whole(9000, 'b', '0000B14020A') . whole(9900, 'c', '0000C14020A')));
	is(senders(@r), 'b@example.org a@example.org c@example.org',
	    'deferred: open to the end');
	is((grep { $_->{from} =~ /^a/ } @r)[0]{status}, 'mixed',
	    'and said to wait');
	# Expired: it is returned, without a line that settles it.
	my $after = whole(9000, 'b', '0000B14020A') .
	    whole(9900, 'c', '0000C14020A');
	$done[-1] = [ 4011, "postfix/qmgr[1]: $q: from=<a\@example.org>, status=expired, returned to sender" ];
	@r = messages(trace(lines(@done) . $after));
	is(senders(@r), 'a@example.org b@example.org c@example.org',
	    'expired: closed after an hour');
	# More deliveries than are held: what waited was sent before, or not.
	for my $sent (1, 0) {
		@done = (@l, [ 1, "postfix/smtp[7]: $q: $later" ]);
		push @done, [ 400, "postfix/smtp[7]: $q: $to" ] if $sent;
		push @done, map { [ 400, "postfix/smtp[7]: $q: " .
		    $to =~ s/bob/u$_/r ] } 1 .. 4500;
		@r = messages(trace(lines(@done) . $after));
		is(senders(@r), join(' ', map { "$_\@example.org" }
		    $sent ? qw(a b c) : qw(b a c)), $sent ?
		    'all of very many settled' : 'one of very many waits');
	}
};

# Days go by between lines, and what is silent is put to sleep.
subtest 'silent for long' => sub {
	my @id = map { sprintf '%05X14020A', $_ } 1 .. 40;
	my @log;

	for my $i (0 .. $#id) {
		my @at = (0, 30 * $i, 3000 + 700 * $i, 90000 + $i, 90400 + $i);
		push @log, [ $at[0], "postfix/smtpd[9]: connect from c.example.net[192.0.2.10]" ],
		    [ $at[0], "postfix/smtpd[9]: $id[$i]: client=c.example.net[192.0.2.10]" ],
		    [ $at[0], "postfix/cleanup[4]: $id[$i]: message-id=<$i\@mx>" ],
		    [ $at[0], "postfix/smtpd[9]: disconnect from c.example.net[192.0.2.10] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5" ],
		    [ $at[1], "postfix/qmgr[1]: $id[$i]: from=<u$i\@example.org>, size=$i, nrcpt=1 (queue active)" ];
		push @log, map { [ $_, "postfix/smtp[7]: $id[$i]: $later" ] }
		    @at[2, 3];
		push @log, [ $at[4], "postfix/smtp[7]: $id[$i]: $to" ],
		    [ $at[4], "postfix/qmgr[1]: $id[$i]: removed" ];
	}
	my @order = sort { $log[$a][0] <=> $log[$b][0] || $a <=> $b } 0 .. $#log;
	my @r = trace(lines(@log[@order]));
	is(join(' ', map { "$_->{from}/$_->{size}/$_->{status}/" .
	    "$_->{tls}/" . ($_->{complete} ? 1 : 0) } messages(@r)),
	    join(' ', map { "u$_\@example.org/$_/sent/plaintext/1" } 0 .. $#id),
	    'each message is whole');
	is(join(' ', map { $_->{status} } deliveries(@r)),
	    join(' ', ('deferred', 'deferred', 'sent') x @id),
	    'with all its deliveries');
	is(scalar(grep { split(' ', $_->{refs}) == 7 } messages(@r)), scalar @id,
	    'and its lines');
};

# A server that asks whether an address exists, and clients that leave: the
# message was begun, and nothing of it was queued.
subtest 'begun and not queued' => sub {
	my $c = 'from client.example.net[192.0.2.10]';
	my $begin = lines([ 10, "postfix/smtpd[5]: connect $c" ], [ 10, 'postfix/smtpd[5]: 7A1202800001: client=client.example.net[192.0.2.10]' ]);
	my $asked = line(10, "postfix/smtpd[5]: disconnect $c ehlo=1 mail=1 rcpt=1 quit=1 commands=4");
	my $id = line(10, 'postfix/cleanup[4]: 7A1202800001: message-id=<>');
	my $drop = line(11, "postfix/smtpd[5]: disconnect $c ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4");
	my $other = whole(0, 'a') . whole(20, 'b', '3D091140203');
	my $lost = line(10, 'rsyslogd: imuxsock lost 5 messages from pid 5 due to rate-limiting');

	for my $x ([ 'it asked', 1, $begin . $asked . $other ], [ 'it left while it sent', 1, $begin . $id . $drop . $other ],
	    [ 'long ago', 1, $begin . $asked . $other . whole(90_000, 'c') ],
	    [ 'canceled, as 3.10 has it', 1, $begin . line(10, 'postfix/cleanup[4]: 7A1202800001: removed (canceled)') . $other ],
	    [ 'the log ends', 0, $other . $begin ], [ 'lines were lost', 0, $begin . $lost . $asked . $other ],
	    [ 'data was accepted', 0, $begin . $id . line(10, "postfix/smtpd[5]: disconnect $c ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5") . $other ],
	    [ 'in pieces, which may all have come', 0, $begin . $id . line(10, "postfix/smtpd[5]: disconnect $c ehlo=1 mail=1 rcpt=1 bdat=2/3 commands=5/6") . $other ],
	    [ 'no counters, before 3.0', 0, $begin . $id . line(10, "postfix/smtpd[5]: disconnect $c") . $other ],
	    [ 'no queue is logged at all', 0, $begin . $asked ],
	    [ 'it was queued', 0, $begin . $id . line(10, 'postfix/qmgr[1]: 7A1202800001: from=<c@example.net>, size=1, nrcpt=1 (queue active)') . $drop . $other ],
	    [ 'it was refused', 0, $begin . line(10, "postfix/smtpd[5]: 7A1202800001: reject: DATA $c: 550 5.7.1 <DATA>: Data command rejected: Access denied; from=<c\@example.net> to=<d\@example.org> proto=ESMTP helo=<c>") . $asked . $other ]) {
		my ($name, $want, $log) = @$x;
		my ($m) = grep { $_->{qid} eq '7A1202800001' } messages(trace($log));
		is($m->{note} // '', $want ? 'not-queued' : '', $name);
		my $f = put("$dir/begun.log", sort { substr($a, 0, 15) cmp substr($b, 0, 15) } split /^/, $log);
		my @hop = grep { /"type":"finding"/ && /7A1202800001/ } split /\n/, run('mxtls', @opt, '-a', '-p', 'no-plaintext', $f)->{out};
		my $rejected = $name eq 'it was refused';
		is(scalar @hop, $want || $rejected ? 0 : 1, "$name: a hop, or none");
		my $time = join '', grep { /7A1202800001/ .. /^$/ } map { "$_\n" } split /\n/, run("mxtime", @opt, $f)->{out}, -1;
		is($time =~ /^ +left +the client did not finish/m ? 1 : 0, $want, "$name: in words");
		is($time =~ /still queued|not-queued/ ? 1 : 0, $want ? 0 : 1, "$name: may be queued") if $name ne 'it was refused';
		my $report = $js->decode(run('mxreport', @opt, '-p', 'no-plaintext', '--now', '2026-10-01T00:00:00Z', '-o', 'json', $f)->{out});
		my ($in) = map { $_->{count} } grep { $_->{what} =~ /^messages in, from other/ } @{$report->{totals}};
		is($in, $want || $rejected ? 0 : 1, "$name: messages in");
	}
};

# What was on hold and went on looks delayed only.
subtest 'was on hold' => sub {
	my $q = '7A1202800001';
	my $peer = 'client.example.net[192.0.2.10]';
	my $env = 'from=<ann@example.net> to=<bob@example.org> proto=ESMTP helo=<client.example.net>';
	my $in = line(0, "postfix/smtpd[5]: $q: client=$peer");
	my $id = line(0, "postfix/cleanup[4]: $q: message-id=<x\@example.net>");
	my $active = sub { line($_[0], "postfix/qmgr[6]: $q: from=<ann\@example.net>, size=384, nrcpt=1 (queue active)") };
	my $sent = sub { line($_[0], "postfix/local[7]: $q: to=<bob\@example.org>, relay=local, delay=7.7, delays=7.7/0.04/0/0.02, dsn=2.0.0, status=sent (delivered to mailbox)") . line($_[0], "postfix/qmgr[6]: $q: removed") };
	my $milter = line(0, "postfix/smtpd[5]: $q: milter-hold: DATA from $peer: milter triggers HOLD action; $env");
	my $header = line(0, "postfix/cleanup[4]: $q: hold: header Subject: holdme from $peer; $env: for review");
	my $by = sub { line($_[0], "postfix/postsuper[9]: $q: $_[1]") };

	for my $x ([ 'by a milter', 'sent was-held', $in, $milter, $id, line(8, 'postfix/postsuper[9]: Released from hold: 1 message'), $active->(8), $sent->(8) ],
	    [ 'by a header', 'sent was-held', $in, $header, $id, $by->(8, 'released from hold'), $active->(8), $sent->(8) ],
	    [ 'by hand', 'sent was-held', $in, $id, $active->(0), $by->(2, 'placed on hold'), $by->(8, 'released from hold'), $active->(8), $sent->(8) ],
	    [ 'and still is', 'held', $in, $id, $active->(0), $by->(2, 'placed on hold') ],
	    [ 'and was deleted', 'deleted', $in, $header, $id, $by->(8, 'removed') ],
	    [ 'a warning', 'sent', $in, $header =~ s/hold:/warning:/r, $id, $active->(0), $sent->(1) ],
	    [ 'never', 'sent', $in, $id, $active->(0), $sent->(1) ]) {
		my ($name, $want, @log) = @$x;
		my ($m) = grep { $_->{qid} eq $q } messages(trace(join '', @log));
		is(join(' ', grep { defined } $m->{status}, $m->{note}), $want, $name);
	}
};

# An access map or a milter has decided about what then never came.
subtest 'held or discarded, or not' => sub {
	my $peer = 'unknown[127.0.4.110]';
	my $env = 'from=<s@sender.example.org> to=<hold-me@in.example.net> proto=ESMTP helo=<client.example.com>';
	my $start = line(10, "postfix/smtpd[5]: connect from $peer");
	my $hold = line(10, "postfix/smtpd[5]: NOQUEUE: hold: RCPT from $peer: <hold-me\@in.example.net>: Recipient address wait; $env");
	my $discard = line(10, "postfix/smtpd[5]: NOQUEUE: discard: RCPT from $peer: <hold-me\@in.example.net>: Recipient address no; $env");
	my $client = line(10, "postfix/smtpd[5]: 7A1202800001: client=$peer");
	my $id = line(10, 'postfix/cleanup[4]: 7A1202800001: message-id=<x@example.org>');
	my $milter = line(10, "postfix/cleanup[4]: 7A1202800001: milter-hold: END-OF-MESSAGE from $peer: milter triggers HOLD action; $env");
	my $header = line(10, "postfix/cleanup[4]: 7A1202800001: hold: header Subject: lab-hold from $peer; $env: kept");
	my ($left, $came, $lost, $old) = map { line(11, "postfix/smtpd[5]: disconnect from $peer$_") }
	    ' ehlo=1 mail=1 rcpt=1 commands=3', ' ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5',
	    ' ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4', '';
	my $chunks = line(11, "postfix/smtpd[5]: disconnect from $peer ehlo=1 mail=1 rcpt=1 bdat=1 commands=4");
	my $break = line(10, "postfix/smtpd[5]: lost connection after BDAT (189 bytes) from $peer");
	my $other = whole(0, 'a');

	for my $x ([ 'hold, and left', 'unknown', 1, $hold, $client, $left ],
	    [ 'discard, and left', 'unknown', 1, $discard, $client, $left ],
	    [ 'a program on this host, and left', 'unknown', 1, map { s/\Q$peer\E/localhost[127.0.0.1]/gr } $client, $left ],
	    [ 'hold, and it came', 'held', 0, $hold, $client, $id, $came ],
	    [ 'discard, and it came', 'discarded', 0, $discard, $client, $came ],
	    [ 'discard, without counters', 'discarded', 0, $discard, $client, $old ],
	    [ 'a milter holds it', 'held', 0, $client, $id, $milter, $came ],
	    [ 'a header holds it', 'held', 0, $client, $header, $id, $came ],
	    [ 'a header holds it, and it broke off', 'unknown', 1, $client, $header, $id, $lost ],
	    [ 'hold, in chunks', 'held', 0, $hold, $client, $id, $chunks ],
	    [ 'hold, and the chunks broke off', 'unknown', 1, $hold, $client, $break, $id, $chunks ],
	    [ 'discard, and the chunks broke off', 'unknown', 1, $discard, $client, $break, $chunks ],
	    [ 'the next one broke off', 'held', 0, $hold, $client, $id, line(10, "postfix/smtpd[5]: 3D091140203: client=$peer"), $break, $chunks ],
	    [ 'another session broke off', 'held', 0, $hold, $client, $id, $break =~ s/smtpd\[5\]/smtpd[6]/r, $chunks ],
	    [ 'lost when all had come', 'held', 0, $hold, $client, $id, $break =~ s/BDAT \(189 bytes\)/END-OF-MESSAGE/r, $chunks ],
	    [ 'hold, and the log ends', 'held', 0, $hold, $client ],
	    [ 'discard, and the log ends', 'discarded', 0, $discard, $client ],
	    [ 'a milter discards it', 'discarded', 0, $client, $id, $milter =~ s/hold/discard/r =~ s/HOLD/DISCARD/r, $came ],
	    [ 'hold, and a milter refuses it', 'rejected', 0, $hold, $client, $id, $milter =~ s/hold/reject/r =~ s/milter triggers HOLD action/5.7.1 no/r, $lost ],
	    [ 'a header holds it, another refuses it', 'rejected', 0, $client, $header, $id, $header =~ s/hold:/reject:/r, $lost ],
	    [ 'hold, and another recipient is refused', 'held', 0, $hold, $client, line(10, "postfix/smtpd[5]: 7A1202800001: reject: RCPT from $peer: 550 5.1.1 <no\@in.example.net>: Recipient address rejected: no; $env"), $id, $came ],
	    [ 'the body broke off, and smtpd died', 'unknown', 1, $hold, $client, $break ],
	    [ 'smtpd died', 'held', 0, $hold, $client ],
	    [ 'held by hand', 'held', 0, $client, $id, $came, line(12, 'postfix/postsuper[9]: 7A1202800001: placed on hold') ]) {
		my ($name, $status, $left, @log) = @$x;
		my ($m) = grep { $_->{qid} eq '7A1202800001' } messages(trace($other . join '', $start, @log));
		is("$m->{status} " . ($m->{note} // ''), "$status " . ($left ? 'not-queued' : ''), $name);
		# Nothing removes what was never queued; but it must have come.
		is($m->{missing} // '', $name =~ /log ends/ ? 'removal' : '', "$name: all of it") if $status =~ /^(?:discarded|rejected)\z/;
		# It has no delivery that would tell to whom it was.
		is($m->{to} // '', 'hold-me@in.example.net', "$name: to") if $status eq 'discarded';
		is($m->{to}, undef, "$name: no to") if $status eq 'held';
	}
};

# postsuper -r ALL names no queue ID: what comes back does.
subtest 'all requeued' => sub {
	my $first = lines([ 0, 'postfix/pickup[3]: 57D97A94875: uid=0 from=<s>' ], [ 0, 'postfix/cleanup[4]: 57D97A94875: message-id=<m@mx>' ],
	    [ 0, 'postfix/qmgr[1]: 57D97A94875: from=<s@example.org>, size=1, nrcpt=1 (queue active)' ],
	    [ 1, "postfix/smtp[7]: 57D97A94875: $later" ]);
	my $super = line(60, 'postfix/postsuper[337]: Requeued: 7 messages');
	my $again = lines([ 61, 'postfix/pickup[3]: 8BFE6A94913: uid=102 from=<s@example.org> orig_id=57D97A94875' ],
	    [ 61, 'postfix/cleanup[4]: 8BFE6A94913: message-id=<m@mx>' ], [ 61, 'postfix/qmgr[1]: 8BFE6A94913: from=<s@example.org>, size=1, nrcpt=1 (queue active)' ],
	    [ 62, "postfix/smtp[7]: 8BFE6A94913: $to" ], [ 62, 'postfix/qmgr[1]: 8BFE6A94913: removed' ]);
	my $said = line(60, 'postfix/postsuper[337]: 57D97A94875: requeued');
	my $gone = lines([ 2, "postfix/smtp[7]: 57D97A94875: $to" ], [ 2, 'postfix/qmgr[1]: 57D97A94875: removed' ]);
	my $new = lines([ 30, 'postfix/pickup[3]: 57D97A94875: uid=0 from=<n>' ], [ 30, 'postfix/qmgr[1]: 57D97A94875: from=<n@example.org>, size=1, nrcpt=1 (queue active)' ]);

	for my $x ([ 'all', 'requeued sent', $first, $super, $again ], [ 'one', 'requeued sent', $first, $said, $again ],
	    [ 'only counted', 'deferred', $first, $super ],
	    [ 'removed long before', 'sent sent', $first, $gone, $again ],
	    [ 'the ID is in use again', 'sent requeued sent', $first, $gone, $new, $again ],
	    [ 'another host', 'deferred sent', $first, $again =~ s/ mx / other /gr ]) {
		my ($name, $want, @log) = @$x;
		is(join(' ', map { $_->{status} } messages(trace(join '', @log))), $want, $name);
	}
};

# verify and `sendmail -bv' ask about addresses: nothing is sent, and no mail
# comes in.
subtest 'address probes' => sub {
	my $probe = sub {
		my ($status, $first) = @_;
		return lines(($first // ()), [ 10, 'postfix/cleanup[4]: 749C8ADE027: message-id=<20261129130122.749C8ADE027@mx>' ],
		    [ 10, 'postfix/qmgr[1]: 749C8ADE027: from=<double-bounce@mx>, size=239, nrcpt=1 (queue active)' ],
		    [ 10, "postfix/smtp[7]: 749C8ADE027: to=<b\@example.net>, relay=mx1.example.org[198.51.100.25]:25, delay=0.01, delays=0/0/0/0.01, dsn=2.1.5, status=$status (250 2.1.5 ok)" ],
		    [ 10, 'postfix/qmgr[1]: 749C8ADE027: removed' ]);
	};
	my $asked = [ 10, 'postfix/pickup[3]: 749C8ADE027: uid=0 from=<a>' ];

	for my $x ([ 'yes', 'deliverable', 'deliverable', 'probe', 1 ], [ 'no', 'undeliverable', 'undeliverable', 'probe', 1 ],
	    [ 'not kept', 'undeliverable-but-not-cached', 'undeliverable', 'probe', 1 ],
	    [ 'by hand', 'deliverable', 'deliverable', 'probe', 1, $asked ],
	    [ 'mail to the postmaster', 'sent', 'sent', '', 1 ], [ 'mail by hand', 'sent', 'sent', '', 1, $asked ]) {
		my ($name, $word, $status, $note, $complete, $first) = @$x;
		my $log = whole(0, 'a') . $probe->($word, $first);
		my ($m) = grep { $_->{qid} eq '749C8ADE027' } messages(trace($log));
		is("$m->{status} " . ($m->{note} // '') . ($m->{complete} ? ' 1' : ' 0') . " $m->{tls}",
		    "$status $note $complete " . ($complete ? 'local' : 'unknown'), $name);
		my $f = put("$dir/probe.log", $log);
		my $report = $js->decode(run('mxreport', @opt, '-p', 'no-plaintext', '--now', '2026-10-01T00:00:00Z', '-o', 'json', $f)->{out});
		my %n = map { $_->{what} => $_->{count} } @{$report->{totals}};
		my ($in, $other) = (0, $n{'other outcomes'});
		$in += $n{$_} for grep { /^messages in, / } keys %n;
		is("$in $other", ($note ? 1 : 2) . ' 0', "$name: in the report");
		is(run('mxtime', @opt, $f)->{out} =~ /^ +probe +an address was asked about/m ? 1 : 0, $note ? 1 : 0, "$name: in words");
	}
};

# A filter before the queue refuses: the line does not say whom.
subtest 'refused by a filter' => sub {
	my $p = 'postfix/smtpd[251]:';
	my $end = 'from=<s@sender.example.org> to=<u@in.example.net> proto=ESMTP helo=<client.example.com>';
	my ($connect, $client) = map { line(1, "$p $_") } 'connect from unknown[127.0.5.20]', 'NOQUEUE: client=unknown[127.0.5.20]';
	my $no = line(1, "$p proxy-reject: END-OF-MESSAGE: 550 5.7.1 spam, says the filter; $end");
	my $other = line(1, "$p NOQUEUE: reject: RCPT from unknown[127.0.5.20]: 554 5.7.1 <x\@y>: Relay access denied; $end");
	my $bye = line(2, "$p disconnect from unknown[127.0.5.20] ehlo=1 mail=1 rcpt=1 data=0/1 quit=1 commands=4/5");

	for my $x ([ 'refused', 'rejected END-OF-MESSAGE 550 127.0.5.20', $connect, $client, $no, $bye ],
	    [ 'the client is not in the log', 'rejected END-OF-MESSAGE 550 ', $no, $bye ],
	    [ 'another refusal before', 'rejected RCPT 554 127.0.5.20, rejected END-OF-MESSAGE 550 127.0.5.20', $connect, $other, $client, $no, $bye ],
	    [ 'the client of another session', 'rejected END-OF-MESSAGE 550 ', $connect, $client, $bye, line(3, "$p connect from unknown[192.0.2.9]"), $no ]) {
		my ($name, $want, @log) = @$x;
		is(join(', ', map { join ' ', map { $_ // '' } @$_{qw(status stage reply_code client_addr)} }
		    messages(trace(join '', @log))), $want, $name);
	}
};

# One of two recipients is refused, and the log ends.
subtest 'refused in part' => sub {
	my $p = 'postfix/smtpd[5]';
	my @log = ([ 0, "$p: connect from unknown[192.0.2.9]" ], [ 0, "$p: $q: client=unknown[192.0.2.9]" ],
	    [ 0, "$p: $q: reject: RCPT from unknown[192.0.2.9]: 550 5.1.1 <no\@example.org>: Recipient address rejected: User unknown; from=<a\@example.net> to=<no\@example.org> proto=ESMTP helo=<x>" ]);
	my $id = [ 1, "postfix/cleanup[4]: $q: message-id=<x\@example.net>" ];
	my $all = [ 1, "postfix/cleanup[4]: $q: milter-reject: END-OF-MESSAGE from unknown[192.0.2.9]: 5.7.1 no; from=<a\@example.net> to=<b\@example.org> proto=ESMTP helo=<x>" ];
	my $show = sub { join ' ', map { $_->{status} } grep { $_->{qid} eq $q } messages(trace(lines(@_))) };

	is($show->(@log), 'rejected', 'no more is known');
	is($show->(@log, $id), 'unknown', 'the message came for the other');
	is($show->(@log, $id, $all), 'rejected', 'and was refused, too');
	is($show->(@log, $id, [ 2, "postfix/qmgr[1]: $q: from=<a\@example.net>, size=1, nrcpt=1 (queue active)" ]), 'unknown', 'it was queued');
};

# What was refused is not in the queue, and its ID free.
subtest 'refused, and the ID is used again' => sub {
	my $p = 'postfix/smtpd[5]';
	my @log = ([ 0, "$p: connect from unknown[192.0.2.9]" ], [ 0, "$p: $q: client=unknown[192.0.2.9]" ], [ 0, "postfix/cleanup[4]: $q: message-id=<x\@example.net>" ]);
	my @end = ([ 1, "$p: disconnect from unknown[192.0.2.9]" ], [ 4000, 'postfix/anvil[8]: statistics: max cache size 1 at Sep  1 11:00:00' ]);
	my $no = [ 0, "postfix/cleanup[4]: $q: milter-reject: END-OF-MESSAGE from unknown[192.0.2.9]: 5.7.1 no; from=<x\@example.net> to=<y\@example.org> proto=ESMTP helo=<x>" ];
	my @again = ([ 9000, "postfix/cleanup[4]: $q: message-id=<b\@mx>" ], [ 9000, "postfix/bounce[6]: 3D091140203: sender non-delivery notification: $q" ],
	    [ 9000, "postfix/qmgr[1]: $q: from=<>, size=1, nrcpt=1 (queue active)" ], [ 9001, "postfix/smtp[7]: $q: $to" ], [ 9001, "postfix/qmgr[1]: $q: removed" ]);
	my $show = sub { join ' ', map { join ',', map { $_ // '-' } @$_{qw(status from message_id size)} } grep { $_->{qid} eq $q } messages(trace(lines(@_))) };

	is($show->(@log, $no, @end, @again), 'rejected,x@example.net,<x@example.net>,- sent,,<b@mx>,1', 'a milter');
	is($show->(@log, [ 0, $no->[1] =~ s/milter-reject: END-OF-MESSAGE/reject: header X: y/r ], @end, @again), 'rejected,x@example.net,<x@example.net>,- sent,,<b@mx>,1', 'a header check');
	is($show->(@log, [ 0, $no->[1] =~ s/milter-reject: END-OF-MESSAGE/hold: header X: y/r ], $no, @end, @again), 'rejected,x@example.net,<x@example.net>,- sent,,<b@mx>,1', 'what another header would have held');
	# Of the queue, in which it is for days, nothing was refused.
	is($show->(@log, [ 0, "postfix/qmgr[1]: $q: from=<x\@example.net>, size=1, nrcpt=1 (queue active)" ], @end, [ 9001, "postfix/smtp[7]: $q: $to" ], [ 9001, "postfix/qmgr[1]: $q: removed" ]),
	    'sent,x@example.net,<x@example.net>,1', 'not refused');
};

# Mail from the command line that a header check refuses came in locally.
subtest 'refused, and from here' => sub {
	my @pickup = [ 1, 'postfix/pickup[44]: 4jcnyK6qMcz1ktl0: uid=0 from=<s@sender.example.org>' ];
	my @client = ([ 1, 'postfix/smtpd[5]: connect from unknown[127.0.6.1]' ], [ 1, 'postfix/smtpd[5]: 4jcnyK6qMcz1ktl0: client=unknown[127.0.6.1]' ]);
	my $no = sub {
		return ([ 1, "postfix/cleanup[49]: 4jcnyK6qMcz1ktl0: reject: header Subject: usual-no from $_[0]; from=<s\@sender.example.org> to=<u\@box.example.net>: 5.7.1 not with that subject" ],
		    [ 1, 'postfix/cleanup[49]: 4jcnyK6qMcz1ktl0: message-id=<x@example.org>' ]);
	};
	my @bounced = [ 1, 'postfix/cleanup[49]: 4jcnyK6qMcz1ktl0: to=<u@box.example.net>, relay=none, delay=0.06, delays=0.06/0/0/0, dsn=5.7.1, status=bounced (not with that subject)' ];
	my @bye = [ 2, 'postfix/smtpd[5]: disconnect from unknown[127.0.6.1] ehlo=1 starttls=1 mail=1 rcpt=1 data=0/1 commands=4/5' ];

	for my $x ([ 'by sendmail', 'bounced local submitted', @pickup, $no->('local'), @bounced ],
	    [ 'by a client', 'rejected encrypted starttls-count', @client, $no->('unknown[127.0.6.1]'), @bye ],
	    [ 'unseen', 'bounced unknown no-arrival', $no->('local'), @bounced ]) {
		my ($name, $want, @log) = @$x;
		my ($m) = messages(trace(lines(@log)));
		is("$m->{status} $m->{tls} $m->{tls_why}", $want, $name);
	}
};

# What has ended waits for a session that only a late line has brought.
subtest 'client= after the removal' => sub {
	for my $end (2, 200, 480, 2000) {
		my ($m) = messages(trace(lines([ 0, 'postfix/smtpd[5]: connect from c.example.org[192.0.2.5]' ],
		    [ 0, "postfix/qmgr[1]: $q: from=<a\@example.org>, size=1, nrcpt=1 (queue active)" ],
		    [ 0, "postfix/smtp[7]: $q: $to" ], [ 0, "postfix/qmgr[1]: $q: removed" ],
		    [ 1, "postfix/smtpd[5]: $q: client=c.example.org[192.0.2.5]" ],
		    [ $end - 1, 'postfix/anvil[6]: statistics: max cache size 1 at Sep  1 10:00:00' ],
		    [ $end, 'postfix/smtpd[5]: disconnect from c.example.org[192.0.2.5] ehlo=2 starttls=1 mail=1 rcpt=1 data=1 commands=6' ],
		    [ $end + 900, 'postfix/anvil[6]: statistics: max cache size 1 at Sep  1 10:00:00' ])));

		is("$m->{tls} $m->{tls_why}", 'encrypted starttls-count', "$end s");
	}
};

done_testing();
