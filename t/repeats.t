#!/usr/bin/perl

# Lines that a logger wrote once and counted: one event with the number, and
# no delivery, message or fact made twice.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx qw(:DEFAULT line lines);

my $js = JSON::PP->new->utf8;
my $dir = dir();
my @opt = ('-q', '-y', 2026, '-z', 'UTC');
my $auth = 'postfix/smtpd[9]: warning: unknown[203.0.113.9]: SASL LOGIN authentication failed: UGFzc3dvcmQ6';
my $qid = '1E24014020A';
my $sent = "postfix/smtp[7]: $qid: to=<b\@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=2.0.0, status=sent (250 ok)";
my $last;

# Kind and number of each event, and how the lines were counted.
sub events {
	my $n = 0;
	my @f = map { put("$dir/" . $n++ . '.log', $_) } @_;
	$last = run('mxtrace', '-e', @opt, @f);
	my @r = map { $js->decode($_) } split /\n/, $last->{out};

	my ($piped, $direct) = map { without($_->{out}, 'source') }
	    run('mxtrace', '-e', @opt, { in => run('mxlog', @opt, @f)->{out} }),
	    $last;
	is($piped, $direct, 'the same through mxlog');
	return join(' ', map { $_->{event} . ($_->{repeat} ?
	    "*$_->{repeat}" : '') } grep { $_->{type} eq 'event' } @r) . ' | ' .
	    join '+', map { my $k = $_; my $s = 0;
	    $s += $_->{$k} for grep { $_->{type} eq 'source' } @r; $s }
	    qw(understood ignored foreign unknown);
}

sub again { return [ $_[0], 'last message repeated 2 times' ] }

subtest 'with its text' => sub {
	is(events(lines([ 0, $auth ], [ 5, 'postfix/smtpd[9]: message repeated 4 times: [ ' .
	    ($auth =~ s/^\S+ //r) . ']' ])),
	    'auth-failure auth-failure*4 | 2+0+0+0', 'one event, counted');
};

subtest 'without its text' => sub {
	is(events(lines([ 0, $auth ], again(5))),
	    'auth-failure auth-failure*2 | 2+0+0+0', 'the line before');
	my ($a, $b) = grep { /"repeat"/ || /"line":1/ }
	    split /\n/, $last->{out};
	my ($one, $two) = map { $js->decode($_) } $a, $b;
	is($two->{$_}, $one->{$_}, "$_ is that of the line before")
	    for qw(host instance daemon pid text client_addr severity);
	is($two->{line}, 2, 'but it stands for itself: line');
	is($two->{time}, '2026-09-01T10:00:05Z', 'time');
	is(events(lines([ 0, $auth ], again(5), again(65))),
	    'auth-failure auth-failure*2 auth-failure*2 | 3+0+0+0',
	    'counted more than once');
	is(events(lines([ 0, $auth ]) . "\n" . lines(again(5))),
	    'auth-failure auth-failure*2 | 2+1+0+0', 'a blank line between');
	is(events(lines([ 0, 'postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 550 5.1.1 <x@example.com>: Recipient address rejected: User unknown; from=<q@example.net> to=<x@example.com> proto=SMTP helo=<z>' ],
	    again(1))), 'reject reject*2 | 2+0+0+0', 'a refusal');
};

subtest 'not that line' => sub {
	is(events(lines(again(5), [ 6, $auth ])), 'auth-failure | 1+0+1+0',
	    'no line before');
	is(events(lines([ 0, $auth ]), lines(again(5))),
	    'auth-failure | 1+0+1+0', 'it is in another file');
	is(events(lines([ 0, $auth ], [ 1, 'sshd[5]: hello' ], again(5))),
	    'auth-failure | 1+0+2+0', 'of another program');
	is(events(lines([ 0, $auth, 'mx2' ], again(5))),
	    'auth-failure | 1+1+0+0', 'of another host');
	is(events(lines([ 0, $auth ], [ 5, 'last message repeated 2 times, they say' ])),
	    'auth-failure | 1+0+1+0', 'other words');
	is(events(lines([ 0, $auth ], [ 5, 'last message repeated 0 times' ])),
	    'auth-failure | 1+0+1+0', 'no times');
	is(events(lines([ 0, $auth ], [ 5, 'postfix/smtpd[9]: last message repeated 2 times' ])),
	    'auth-failure auth-failure*2 | 2+0+0+0', 'with a tag');
};

subtest 'facts are not made twice' => sub {
	is(events(lines([ 0, $sent ], again(5))), 'delivery | 1+1+0+0',
	    'a delivery');
	is(scalar(() = $last->{out} =~ /^\{"type":"delivery"/mg), 1,
	    'there is one');
	is(events(lines([ 0, "postfix/qmgr[1]: warning: $qid: something" ],
	    again(5))), 'warning | 1+1+0+0', 'a line about a message');
	is(events(lines([ 0, 'postfix/smtpd[9]: connect from unknown[203.0.113.9]' ],
	    again(5))), 'connect | 1+1+0+0', 'a session');
};

# syslogd says so in one line, but the client was refused each time.
subtest 'refusals are counted' => sub {
	my $no = 'NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 550 5.1.1 <x@example.com>: Recipient address rejected: User unknown; from=<q@example.net> to=<x@example.com> proto=SMTP helo=<z>';
	my @begin = ([ 0, 'postfix/smtpd[9]: connect from unknown[203.0.113.9]' ], [ 0, "postfix/smtpd[9]: $no" ]);
	my $end = [ 9, 'postfix/smtpd[9]: disconnect from unknown[203.0.113.9] ehlo=1 mail=1 rcpt=0/5 quit=1 commands=3/8' ];
	for my $x ([ 'with its text', '- 4', 5, [ 5, "postfix/smtpd[9]: message repeated 4 times: [ $no]" ] ],
	    [ 'without it', '- 2', 3, again(5) ],
	    [ 'twice', '- 2 2', 5, again(5), again(6) ],
	    [ 'one by one', '- -', 2, [ 5, "postfix/smtpd[9]: $no" ] ],
	    [ 'in the words of a client', '- -', 2, [ 5, 'postfix/smtpd[9]: ' . $no =~ s/helo=<z>/helo=<message repeated 4 times: [ x]>/r ] ],
	    [ 'of another line', '-', 1, [ 4, 'postfix/smtpd[9]: connect from unknown[203.0.113.9]' ], again(5) ]) {
		my ($name, $want, $count, @log) = @$x;
		my $f = put("$dir/no.log", lines(@begin, @log, $end));
		my @m = grep { $_->{type} eq 'message' } map { $js->decode($_) } split /\n/, run('mxtrace', @opt, $f)->{out};
		is(join(' ', map { $_->{repeat} // '-' } @m), $want, $name);
		my $r = $js->decode(run('mxreport', @opt, '-p', 'no-plaintext', '--now', '2026-10-01T00:00:00Z', '-o', 'json', $f)->{out});
		is(join(' ', map { $_->{count} } grep { $_->{what} =~ /^rejected before/ } @{$r->{totals}}), $count, "$name: in the report");
		is("$r->{mail_by_day}[0]{rejected} $r->{reasons}[0]{count}", "$count $count", "$name: on its day, with its reason");
		is(() = run('mxtime', @opt, $f)->{out} =~ /to <x\@example.com>, \d+ times?$/mg, $want =~ tr/0-9//, "$name: in the timeline");
		# With a queue ID, which another recipient gave it.
		my $q = '7A1202800001';
		my @queued = map { [ $_->[0], $_->[1] =~ s/NOQUEUE(?=: reject)/$q/r ] } $begin[1], @log;
		put("$dir/no.log", lines($begin[0], [ 0, "postfix/smtpd[9]: $q: client=unknown[203.0.113.9]" ], @queued, $end));
		$r = $js->decode(run('mxreport', @opt, '-p', 'no-plaintext', '--now', '2026-10-01T00:00:00Z', '-o', 'json', $f)->{out});
		is(join(' ', map { $_->{count} } grep { $_->{what} =~ /^recipients refused/ } @{$r->{totals}}), $count, "$name: with a queue ID");
		is("$r->{mail_by_day}[0]{rejected} $r->{reasons}[0]{count}", "$count $count", "$name: the same on its day, with its reason");
	}
};

done_testing;
