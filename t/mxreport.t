#!/usr/bin/perl

# mxreport: the answer and its figures, against mxtls and one-liners over the
# records; periods; what is counted once; hostile evidence in every form of
# output.  The page: t/html.t.

use strict;
use warnings;
use utf8;
use lib 't';
use Encode ();
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8->canonical;
my $dir = dir();
my $n = 0;
my @now = ('--now', '2026-10-01T00:00:00Z');
my @lab = sort glob 'samples/lab/*.log';
my @read = ('-q', '-y', 2026, '-z', 'UTC');

sub policy { return put("$dir/p" . $n++, @_) }
sub have { return !system "command -v $_[0] >/dev/null 2>&1" }

# Records: a delivery, or an arrival, with what is to be different.
sub out {
	return { type => 'delivery', time => '2026-09-02T10:00:00Z', host => 'mx', instance => 'postfix', qid => 'Q' . ++$n,
	    trace => "mx/postfix/Q$n", from => 'a@example.net', to => 'bob@example.org', relay => 'mx1.example.org[198.51.100.25]:25',
	    relay_name => 'mx1.example.org', relay_addr => '198.51.100.25', relay_port => 25, status => 'sent', dsn => '2.0.0', delay => 1.5,
	    tls => 'encrypted', tls_proof => 'proven', tls_why => 'handshake', tls_version => 'TLSv1.3', tls_cipher => 'TLS_AES_256_GCM_SHA384',
	    tls_trust => 'Untrusted', src => 'log', off => 0, len => 9, line => 1, @_ };
}

sub in {
	return { type => 'message', time => '2026-09-02T10:00:00Z', host => 'mx', instance => 'postfix', qid => 'Q' . ++$n,
	    trace => "mx/postfix/Q$n", path => "mx/postfix/Q$n", hop => 1, from => 'a@example.net', client_name => 'out.example.net',
	    client_addr => '192.0.2.10', size => 1000, status => 'sent', tls => 'encrypted', tls_why => 'handshake', tls_version => 'TLSv1.3',
	    tls_cipher => 'TLS_AES_256_GCM_SHA384', tls_trust => 'Anonymous', src => 'log', off => 0, len => 9, line => 1, @_ };
}

my %plain = (tls_version => undef, tls_cipher => undef, tls_trust => undef);
sub plain { return (%plain, tls => 'plaintext', tls_why => 'no-handshake', @_) }
sub unknown { return (%plain, tls => 'unknown', tls_why => 'not-logged', tls_proof => undef, @_) }

sub end {
	my ($from, $to, %more) = @_;
	return ({ type => 'source', src => 'log', size => 10, sha256 => 'ab' x 32, format => 'iso', tool => 'mxtrace', version => '0.1', lines => 100 },
	    { type => 'coverage', time => $from, end => $to, host => 'mx', lines => 100, understood => 100, ignored => 0, foreign => 0,
	    unknown => 0, tls_logging => 'postfix/smtp=yes', %more });
}
my @end = end('2026-08-24T00:00:00Z', '2026-09-14T00:00:00Z');

sub records {
	return join '', map { my $r = { %$_ }; delete @$r{grep { !defined $r->{$_} } keys %$r};
	    '{"type":"' . delete($r->{type}) . '"' . ($js->encode($r) =~ s/^\{(?!\})/,/r =~ s/^\{\}$/}/r) . "\n" } @_;
}

my $strict = "[policy]\nname House\n[default]\noutbound encrypt\ninbound encrypt\n";

sub raw {
	my ($form, $policy, $args, @rec) = @_;
	my $p = $policy =~ /\n/ ? policy($policy) : $policy;
	return run('mxreport', '-q', '-p', $p, '-o', $form, @now, @$args, '-', { in => ref $rec[0] ? records(@rec, (grep { $_->{type} eq 'coverage' } @rec) ? () : @end) : $rec[0] });
}

# The JSON of a report, with its status.
sub report {
	my ($policy, $args, @rec) = @_;
	my $r = raw('json', $policy, $args, @rec);
	my $j = eval { $js->decode($r->{out}) } || {};
	diag($r->{err}, $@) if !%$j;
	return { %$j, exit => $r->{status}, err => $r->{err} };
}

sub figures { my ($r) = @_; return join ' ', map { $r->{answer}{$_} // '-' } qw(hops compliant violation unknown exempt) }
sub total { my ($r, $re) = @_; return join ' ', map { $_->{count} } grep { $_->{what} =~ $re } @{$r->{totals}} }

subtest 'the answer' => sub {
	my @case = (
		['all is well', [out(), in()], '2 2 0 0 0', 0, qr/^All of 2 hops met the policy “House” from 2026-08-24/],
		['a violation', [out(plain()), in()], '2 1 1 0 0', 1, qr/^1 of 2 hops broke the policy “House” from/],
		['unknown is not well', [out(unknown()), in()], '2 1 0 1 0', 2, qr/^Of 1 of 2 hops it is unknown whether they met the policy “House”.*; 1 did\.$/],
		['a violation beats the unknown', [out(unknown()), in(plain())], '2 0 1 1 0', 1, qr/^1 of 2 hops broke .*; of 1 more it is unknown/],
		['nothing', [out(tls => 'local', relay => 'local')], '0 0 0 0 0', 0, qr/^There is no hop that the policy “House” could be applied to/],
	);
	for my $c (@case) {
		my ($name, $rec, $figures, $status, $re) = @$c;
		my $r = report($strict, [], @$rec);
		is(figures($r), $figures, "$name: figures");
		is($r->{exit}, $status, "$name: status");
		is($r->{answer}{exit}, $status, "$name: status in the report");
		like($r->{answer}{sentence}, $re, "$name: sentence");
	}
	is(report($strict, ['--unknown-limit', 1], out(unknown()), in())->{exit}, 0, 'unknown within the limit');
	is(report($strict, [], out(unknown()), in())->{answer}{not_logged}, 1, 'TLS was not logged');
	is(report("$strict\n[exempt]\nexample.org until=2026-12-31 reason=x\n", [], out(plain()), in())->{exit}, 0, 'exempt');
	my $cut = run('mxreport', '-q', '-p', policy($strict), '-o', 'json', '-', { in => records(out()) });
	is($cut->{status}, 2, 'a stream that was cut short');
	like($js->decode($cut->{out})->{answer}{sentence}, qr/^The figures are not the whole truth \(.*cut short\)/, 'and said first');
	my $none = run('mxreport', '-q', '-p', 'no-plaintext', '-o', 'text', '-', { in => $other });
	is($none->{status}, 2, 'a log without Postfix');
	like($none->{out}, qr/^The figures are not the whole truth \(there is no line of Postfix/m, 'and said first');
};

subtest 'the same figures as mxtls' => sub {
	for my $p (qw(no-plaintext nist-sp-800-52r2 strict)) {
		my $own = policy("[policy]\ninclude $p\n[limits]\nloopback judge\n");
		my $r = run('mxtls', @read, '-p', $own, '-o', 'text', @lab);
		my @want = $r->{out} =~ /^(\d+) hops judged: (\d+) compliant.*?, (\d+) violation, (\d+) unknown, (\d+) exempt/m;
		my $m = run('mxreport', @read, '-p', $own, '-o', 'json', @lab);
		my $j = $js->decode($m->{out});
		cmp_ok($want[0], '>', 500, "$p: much to count");
		is(figures($j), "@want", "$p: figures");
		is($m->{status}, $r->{status}, "$p: status");
	}
};

subtest 'periods' => sub {
	my @week = ('--period', '2026-08-31..2026-09-06');
	my @rec = (out(plain(), time => '2026-08-30T23:59:59.999Z'), out(plain(), time => '2026-08-31T00:00:00Z'), out(time => '2026-09-06T23:59:59.9Z'),
	    out(plain(), time => '2026-09-07T00:00:00Z'), in(time => '2026-08-30T23:00:00Z', end => '2026-09-01T00:00:00Z'));
	my $r = report($strict, \@week, @rec);
	is(figures($r), '2 1 1 0 0', 'half-open, by the time of the hop');
	is($r->{exit}, 1, 'status');
	is($r->{period}{from} . ' ' . $r->{period}{until}, '2026-08-31T00:00:00Z 2026-09-07T00:00:00Z', 'from and until');
	like($r->{answer}{sentence}, qr/from 2026-08-31 to 2026-09-06 \(UTC\)/, 'in words');
	is(figures(report($strict, ['--period', '2026-08-24..2026-08-30'], @rec)), '2 1 1 0 0', 'the week before');
	is(figures(report($strict, ['--period', '2026-09-07..2026-09-13'], @rec)), '1 0 1 0 0', 'the week after: they add up');
	is(figures(report($strict, [@week, '--show-tz', 'Europe/Berlin'], @rec)), '3 1 2 0 0', 'by a clock in Berlin');
	is(figures(report($strict, [@week, '-z', 'Europe/Berlin'], @rec)), '3 1 2 0 0', '-z serves as well');
	is(figures(report($strict, ['-s', '2026-08-31', '-u', '2026-09-07'], @rec)), '3 2 1 0 0', '--since selects messages');
	# What is not covered is said first, and in the status.
	for my $c (['ends early', '2026-08-24T00:00:00Z', '2026-09-05T00:00:00Z', qr/mx ends at 2026-09-05/], ['begins late', '2026-09-02T00:00:00Z', '2026-09-14T00:00:00Z', qr/mx begins at/],
	    ['a gap', '2026-08-24T00:00:00Z', '2026-09-14T00:00:00Z', qr/mx has a gap at 2026-09-02/, gaps => '2026-09-02T00:00:00Z/2026-09-02T12:00:00Z;silence']) {
		my ($name, $from, $to, $re, @gap) = @$c;
		my $u = report($strict, \@week, out(time => '2026-09-03T00:00:00Z'), end($from, $to, @gap));
		is($u->{exit}, 2, "$name: status");
		like($u->{answer}{sentence}, qr/^The evidence does not cover the whole period asked for, from 2026-08-31 to 2026-09-06 \(UTC\) \($re/, "$name: said first");
		ok(!$u->{period}{covered}, "$name: covered");
		is(report($strict, \@week, out(plain(), time => '2026-09-03T00:00:00Z'), end($from, $to, @gap))->{exit}, 1, "$name: a violation beats it");
	}
	is(report($strict, \@week, out(time => '2026-09-03T00:00:00Z'), end('2026-08-31T00:59:00Z', '2026-09-06T23:01:00Z'))->{exit}, 0, 'within the slack');
	is(report($strict, [@week, '--slack', 60], out(time => '2026-09-03T00:00:00Z'), end('2026-08-31T00:59:00Z', '2026-09-06T23:01:00Z'))->{exit}, 2, 'a smaller slack');
	is(report($strict, \@week, out(time => undef))->{exit}, 2, 'a hop without a time');
	# Logged on both hosts, at both sides of the edge: one hop, of the first.
	my $o = out(plain(), time => '2026-08-30T23:59:59Z', next_qid => 'B1', reply => '250 2.0.0 Ok: queued as B1');
	my $i = in(plain(), time => '2026-08-31T00:00:01Z', qid => 'B1', parent => $o->{trace}, parent_why => 'queued-as', hop => 2);
	is(figures(report($strict, \@week, $o, $i)), '0 0 0 0 0', 'a hop over the edge is not counted again');
	is(figures(report($strict, \@week, $i, $o)), '0 0 0 0 0', 'in whatever order');
	is(figures(report($strict, ['--period', '2026-08-24..2026-08-30'], $o, $i)), '1 0 1 0 0', 'but once');
	is(figures(report($strict, \@week, $i)), '1 0 1 0 0', 'the arrival alone is one');
	for my $bad (['--period', 'lastweek'], ['--period', '2026-09-07..2026-08-31'], ['--period', 'last-week', '-s', '2026-09-01'], ['--rows', 0], ['--rows', 'x'], ['--table', 'hosts'], ['-f', 'to'], ['-o', 'pdf']) {
		my $b = run('mxreport', '-p', 'no-plaintext', @$bad, '-', { in => '' });
		is("$b->{status} $b->{out}", '2 ', "@$bad: refused");
	}
	is(run('mxreport', '-', { in => '' })->{status}, 2, 'without a policy');
};

subtest 'changes since the period before' => sub {
	my @w = ('--period', '2026-08-31..2026-09-06');
	my ($before, $now) = (sub { out(time => '2026-08-26T10:00:00Z', @_) }, sub { out(time => '2026-09-02T10:00:00Z', @_) });
	my $ch = sub { my $r = report($strict, [@w], @_); return join '; ', map { "$_->{peer} $_->{change}: $_->{before} ($_->{before_hops}) -> $_->{now} ($_->{now_hops})" } @{$r->{changes} || []} };
	is($ch->($before->(), $now->()), '', 'as before');
	is($ch->($before->(), $now->(plain())), 'mx1.example.org less safe: encrypted, TLSv1.3, Untrusted (1) -> plaintext (1)', 'TLS was lost');
	is($ch->($before->(plain()), $now->()), 'mx1.example.org otherwise: plaintext (1) -> encrypted, TLSv1.3, Untrusted (1)', 'TLS was won');
	is($ch->($before->(), $now->(tls_version => 'TLSv1.2'), $now->()), 'mx1.example.org less safe: encrypted, TLSv1.3, Untrusted (1) -> encrypted, TLSv1.2 TLSv1.3, Untrusted (2)', 'an older version came');
	is($ch->($before->(tls_trust => 'Trusted'), $now->()), 'mx1.example.org less safe: encrypted, TLSv1.3, Trusted (1) -> encrypted, TLSv1.3, Untrusted (1)', 'trust was lost');
	is($ch->($before->(), $now->(relay_name => 'mx2.example.org', plain())), '', 'another peer');
	is($ch->(out(plain(), time => '2026-08-23T00:00:00Z'), $now->()), '', 'long before');
	is($ch->($before->(tls_version => undef), $now->()), '', 'a version that was not logged is no change');
};

subtest 'mail is counted once' => sub {
	my $a = in(qid => 'A1', trace => 'mx/postfix/A1', path => 'mx/postfix/A1');
	my $f = out(qid => 'A1', trace => 'mx/postfix/A1', relay => '127.0.0.1[127.0.0.1]:10024', relay_addr => '127.0.0.1', relay_name => '127.0.0.1', next_qid => 'A2', next_host => 'mx', delay => 9);
	my $b = in(qid => 'A2', trace => 'mx/postfix/A2', path => 'mx/postfix/A1', hop => 2, parent => 'mx/postfix/A1', parent_why => 'queued-as', client_addr => '127.0.0.1', client_name => 'localhost');
	my $d = out(qid => 'A2', trace => 'mx/postfix/A2');
	my $r = report($strict, [], $a, $f, $b, $d);
	is(total($r, qr/^messages in, from other/), 1, 'through a filter: one message');
	is(total($r, qr/^delivered/), '1 0', 'one delivery');
	is(total($r, qr/^passed on/), 1, 'and one passed on');
	is(join(' ', map { "$_->{address} $_->{delivered}" } @{$r->{recipients}}), 'bob@example.org 1', 'one recipient');
	is($r->{slowest_destinations}[0]{max}, 1.5, 'the way through the filter is no delay of a destination');
	is(total(report($strict, [], $a, { %$f, next_host => undef }), qr/^delivered/), '1 0', 'the next host is not in the evidence: delivered');
	# By a program that hands it in again: known by what came of it.
	my $p = { %$f, daemon => 'pipe', relay => 'filter', relay_addr => undef, relay_name => undef, next_qid => undef, next_host => undef, tls => 'local' };
	my $c = { %$b, parent_why => 'message-id', client_addr => undef, client_name => undef, uid => 0 };
	$r = report($strict, [], $a, $p, $c, $d);
	is(total($r, qr/^delivered/), '1 0', 'through a program: one delivery');
	is($r->{mail_by_day}[0]{delivered}, 1, 'and on its day');
	is($r->{recipients}[0]{delivered}, 1, 'and of the recipient');
	is($r->{slowest_destinations}[0]{max}, 1.5, 'and its time');
	is(total(report($strict, [], $a, $p), qr/^delivered/), '0 1', 'a program that does not: delivered here');
	# What came of it may be written first, when it is delivered at once.
	$r = report($strict, [], $c, $d, $a, $p, { %$p, to => 'carl@example.org' });
	is(total($r, qr/^delivered|^passed/), '1 0 2', 'its record comes first: one delivery');
	is($r->{mail_by_day}[0]{delivered}, 1, 'and on its day');
	is(total(report($strict, [], { %$c, parent => 'mx/postfix/A9' }, $d, $a, $p), qr/^delivered|^passed/), '1 1 0', 'that of another message');
	is(total(report($strict, [], $c, $d, $a, { %$p, daemon => 'local' }), qr/^delivered|^passed/), '1 1 0', 'no program');
	# Mail that discard drops, or that was refused, went nowhere.
	my $none = { %$p, daemon => 'discard', relay => 'none', tls => 'none-attempted' };
	$r = report($strict, [], $a, $none);
	is(total($r, qr/^delivered|^dropped/), '0 0 1', 'dropped by discard');
	is_deeply([ $r->{recipients}, $r->{slowest_destinations} ], [ [], [] ], 'no recipient has it');
	is(total(report($strict, [], $a, { %$none, relay => 'none.example.org[192.0.2.1]:25', daemon => 'smtp', tls => 'encrypted' }), qr/^delivered|^dropped/), '1 0 0', 'a host of that name');
	is(total(report($strict, [], { %$a, status => 'rejected' }), qr/^messages in, from other|^bytes/), '0 0', 'refused: it did not come in');
	is(total(report($strict, [], { %$a, status => 'discarded' }), qr/^messages in, from other|^messages discarded|^dropped/), '1 0 1', 'discarded on arrival');
	is(total(report($strict, [], $a), qr/^messages discarded/), 0, 'and one that was not');
	is(total(report($strict, [], { %$a, status => 'bounced' }), qr/^messages in, from other/), 1, 'bounced: it did');
	is(total(report($strict, [], $a, { %$b, hop => 1, parent_why => 'notice' }), qr/notices/), 1, 'a notice is one of its own');
	my $late = report($strict, [], $a, { type => 'link', trace => 'mx/postfix/A2', parent => 'mx/postfix/A1', parent_why => 'forwarded' }, out());
	like($late->{answer}{doubts}[0] // '', qr/^1 hop may be counted twice/, 'a late link is told');
	# Both hosts logged it.
	my $o = out(plain(), next_qid => 'B1', reply => '250 2.0.0 Ok: queued as B1');
	my $i = in(plain(), qid => 'B1', parent => $o->{trace}, parent_why => 'queued-as');
	is(figures(report($strict, [], $o, $i)), '1 0 1 0 0', 'a hop that both hosts logged');
	is(join(' ', map { $_->{hops} } @{report($strict, [], $i, $o)->{tls_by_day}}), '1', 'and in the chart');
};

# The records of the lab, and a one-liner for each figure.
subtest 'one-liners over the records' => sub {
	plan skip_all => 'no jq' unless have('jq');
	my $own = policy("[policy]\ninclude no-plaintext\n[limits]\nloopback judge\n");
	my $rec = "$dir/lab.json";
	my $t = run('mxtrace', '-e', @read, @lab, { to => $rec });
	is($t->{status}, 0, 'the lab is traced');
	my $r = run('mxreport', '-q', '-p', $own, '-o', 'json', '--rows', 5000, @now, $rec);
	my $j = $js->decode($r->{out});
	my $jq = sub { my $o = sh("jq", "-r", @_, $rec); chomp $o->{out}; return Encode::decode("UTF-8", $o->{out}) };
	my $sent = 'select(.type == "delivery" and .status == "sent" and .tls != "local")';
	# Delivered where it left the last queue that is in the evidence.
	my $final = '[inputs] as $r | [$r[] | select(.parent_why == "message-id" or .parent_why == "orig-queue-id") | .parent] as $p | [$r[] |' .
	    ' select(.type == "delivery" and .status == "sent" and .relay != "none" and .next_host == null and ((.daemon == "pipe" and ([.trace] | inside($p))) | not))]';
	my $tab = sub { my ($t, @k) = @_; return join "\n", sort map { my $x = $_; join ' ', map { $x->{$_} // '' } @k } @{$j->{$t}} };
	is($tab->('recipients', 'address', 'delivered'),
	    join("\n", sort split /\n/, $jq->('-n', "$final | group_by(.to)[] | \"\\(.[0].to) \\(length)\"")), 'recipients');
	is($tab->('senders', 'address', 'messages'),
	    join("\n", sort split /\n/, $jq->('-n', '[inputs | select(.type == "message" and .qid != "NOQUEUE" and .note != "not-queued" and .note != "probe" and .status != "rejected" and (.hop // 1) == 1)] | group_by(.from // "")[] | "\(.[0].from // "") \(length)"')), 'senders');
	is(total($j, qr/^rejected before/), $jq->('-n', '[inputs | select(.type == "message" and .qid == "NOQUEUE")] | length'), 'rejects');
	is(total($j, qr/^deferred/), $jq->('-n', '[inputs | select(.type == "delivery" and (.status == "deferred" or .status == "SOFTBOUNCE"))] | length'), 'deferred');
	is(total($j, qr/^messages expired/), $jq->('-n', '[inputs | select(.type == "message" and (.status == "expired" or .note == "expired"))] | length'), 'expired');
	is(total($j, qr/^bounced/), $jq->('-n', '[inputs | select(.type == "delivery" and .status == "bounced")] | length'), 'bounced');
	is(join(' ', map { $_->{count} } grep { $_->{what} eq 'bytes in' } @{$j->{totals}}), $jq->('-n', '[inputs | select(.type == "message" and .qid != "NOQUEUE" and .note != "not-queued" and .note != "probe" and .status != "rejected" and (.hop // 1) == 1) | .size // 0] | add'), 'bytes');
	is(join("\n", sort map { "$_->{name} $_->{messages} $_->{plaintext}" } grep { $_->{side} eq 'outbound' } @{$j->{peers_without_tls}}),
	    join("\n", sort split /\n/, $jq->('-n', "[inputs | $sent | select(.tls == \"plaintext\")] | group_by(.relay_name // .relay_addr)[] | \"\\(.[0].relay_name // .[0].relay_addr) \\(map(.trace) | unique | length) \\(length)\"")), 'peers without TLS');
	is(join("\n", sort map { ($_->{version} // '') . ' ' . ($_->{cipher} // '') . " $_->{hops}" } grep { $_->{side} eq 'outbound' } @{$j->{ciphers}}),
	    join("\n", sort split /\n/, $jq->('-n', "[inputs | $sent | select(.tls == \"encrypted\" or .tls == \"authenticated\")] | group_by([.tls_version, .tls_cipher])[] | \"\\(.[0].tls_version // \"\") \\(.[0].tls_cipher // \"\") \\(length)\"")), 'ciphers');
	my $days = 0;
	$days += $_->{delivered} for @{$j->{mail_by_day}};
	is($days, $jq->('-n', "$final | length"), 'delivered by day');
	is(join("\n", map { "$_->{day} $_->{delivered}" } grep { $_->{delivered} } @{$j->{mail_by_day}}),
	    $jq->('-n', "$final | group_by(.time[:10])[] | \"\\(.[0].time[:10]) \\(length)\""), 'each of them');
	is(join("\n", sort map { "$_->{side} $_->{peer} $_->{rule} $_->{attempts}" } grep { $_->{side} eq 'outbound' } @{$j->{tls_failures}}),
	    join("\n", sort split /\n/, $jq->('-n', '[inputs | select(.type == "delivery" and .tls == "refused")] | group_by([.relay_name, (.reply | test("Cannot start TLS: handshake failure"))])[] |' .
	    ' "outbound \(.[0].relay_name) \(if .[0].reply | test("Cannot start TLS: handshake failure") then "handshake" else "mandatory" end)-failed \(length)"')), 'attempts that TLS made fail');
	is(join("\n", map { "$_->{peer} $_->{attempts}" } grep { $_->{side} eq 'inbound' } @{$j->{tls_failures}}),
	    $jq->('-n', '[inputs | select(.type == "event" and .event == "tls" and (.reason // "" | startswith("SSL_accept error")))] | group_by(.client_name)[] | "\(.[0].client_name) \(length)"'), 'and those of clients');
	is(scalar @{$j->{violations}}, $j->{answer}{violation}, 'each violation is listed');
	my $id = sh('bash', '-c', tool_path('mxtls') . " -q -p $own $rec | jq -r 'select(.verdict == \"violation\") | .id'");
	my %id = map { $_ => 1 } split /\n/, $id->{out};
	is(scalar(grep { !$id{$_->{id}} } @{$j->{violations}}), 0, 'with the id that mxtls gives it');
	my $also = map { split ' ', $_->{also} // '' } @{$j->{violations}};
	is(@{$j->{violations}} + $also + grep({ $_->{verdict} eq 'violation' } @{$j->{peers_that_changed}}), scalar(() = $id->{out} =~ /\n/g), 'and none of its findings is missing');
	my %sum;
	for my $day (@{$j->{tls_by_day}}) {
		$sum{$_} += $day->{$_} for qw(authenticated encrypted plaintext unknown hops);
	}
	is($sum{authenticated} + $sum{encrypted} + $sum{plaintext} + $sum{unknown}, $sum{hops}, 'the states add up');
	is($sum{hops}, $j->{answer}{hops}, 'to the hops that are judged');
	# From the logs themselves: the same, but for what names the sources.
	my $d = $js->decode(run('mxreport', @read, '-p', $own, '-o', 'json', '--rows', 5000, @now, @lab)->{out});
	delete @$_{qw(sources made cut)} for $d, $j;
	is($js->encode($d), $js->encode($j), 'logs and records give the same report');
};

subtest 'long lists' => sub {
	my @rec = ((map { out(plain(), to => sprintf('u%03d@d%03d.example.org', $_, $_), relay_name => sprintf('mx%03d.example.org', $_)) } 1 .. 60), @end);
	my $file = put("$dir/many records.json", records(@rec));
	my $p = policy($strict);
	my $run = sub { $js->decode(run('mxreport', '-q', '-p', $p, '-o', 'json', @now, @_, $file)->{out}) };
	my $j = $run->();
	is(scalar @{$j->{violations}}, 50, 'fifty rows');
	is(scalar @{$run->('--rows', 7)->{recipients}}, 7, '--rows');
	is($j->{cut}{violations}{total}, 60, 'how many there are');
	my $env = { env => { PATH => "$Mx::bin:$ENV{PATH}" } };
	for my $t (qw(recipients peers_without_tls domains_without_tls slowest_destinations)) {
		my $c = $j->{cut}{$t}{command};
		my $o = sh('bash', '-o', 'pipefail', '-c', $c, $env);
		is(scalar(() = $o->{out} =~ /\n/g), 60, "$t: the command prints all") or diag("$c\n$o->{err}");
	}
	my $o = sh('bash', '-c', $j->{cut}{violations}{command}, $env);
	is(scalar(() = $o->{out} =~ /"verdict":"violation"/g), 60, 'violations: the command prints all') or diag($o->{err});
	my $c = $run->('--period', '2026-09-02')->{cut}{violations}{command};
	$o = sh('bash', '-c', $c, $env);
	is(scalar(() = $o->{out} =~ /"verdict":"violation"/g), 60, 'of a period, too') or diag("$c\n$o->{err}");
	for my $form (qw(text html)) {
		my $text = run('mxreport', '-q', '-p', $p, '-o', $form, @now, $file)->{out};
		like($text, qr/50 of 60 rows are shown/, "$form: said");
		like($text, qr/mxreport -p /, "$form: with the command");
	}
	# The gravest stay, the earlier first.
	$j = report("${strict}[rules]\nprotocol critical\nplaintext low\n" =~ s/outbound encrypt/outbound encrypt protocols=>=TLSv1.2/r, ['--rows', 2], (map { out(plain()) } 1 .. 5), out(tls_version => 'TLSv1', time => '2026-09-03T10:00:00Z'), out(plain(), time => '2026-09-01T00:00:00Z'));
	is(join(' ', map { "$_->{rule} $_->{time}" } @{$j->{violations}}), 'protocol 2026-09-03T10:00:00Z plaintext 2026-09-01T00:00:00Z', 'the gravest, then the earliest');
};

# What an attacker may write, and must not reach a page, a terminal, a sheet.
my @evil = ('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "'&amp;</td></table>", "\x{202e}gpj.exe\x{2066}", "\x1b]0;title\x07\x9b31m", "a\x{200b}b\x{feff}", "\0\r\n\t", '=HYPERLINK("http://evil.example")', '</title><h1>', "\x{5d0}\x{5d1}");
subtest 'hostile evidence' => sub {
	my @rec = map { my $e = $evil[$_]; (out(plain(), to => "$e\@example.org", from => $e, relay_name => "$e.example.org", reply => $e, trace => "mx/$e/Q", src => $e, tls_cipher => $e),
	    out(status => 'bounced', dsn => '5.1.1', to => $e, reply => $e, reason_class => $e), in(tls_version => $e, tls_cipher => $e, from => $e, client_name => $e),
	    { type => 'message', qid => 'NOQUEUE', status => 'rejected', trace => "x$_", reason => $e, dsn => $e, time => '2026-09-02T11:00:00Z' },
	    in(unknown(), tls_why => $e)) } 0 .. $#evil;
	push @rec, map { end('2026-08-24T00:00:00Z', '2026-09-14T00:00:00Z', host => $_, gaps => "$_/$_;$_", tls_logging => "$_=yes") } @evil;
	$_->{src} = $evil[0] for grep { $_->{type} eq 'source' } @rec;
	my $p = put("$dir/<b>evil.policy", "[policy]\nname <script>x\n[default]\noutbound encrypt { clause = <script>y }\ninbound may\n[exempt]\na.example.net until=2026-12-31 reason=<script>z\n");
	for my $form (qw(html text json csv tap)) {
		my $r = run('mxreport', '-q', '-p', $p, '-o', $form, @now, '--rows', 1000, '-', { in => records(@rec) });
		like($r->{status}, qr/^[12]$/, "$form: judged");
		my $text = eval { Encode::decode('UTF-8', $r->{out}, Encode::FB_CROAK() | Encode::LEAVE_SRC()) };
		ok(defined $text, "$form: valid UTF-8");
		unlike($text // '', qr/[\x00-\x08\x0b-\x1f\x7f-\x9f\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}]/, "$form: no control, no bidirectional or zero-width character");
		if ($form eq 'html') {
			unlike($text, qr/<script|<img|onerror=alert\(1\)>(?!&)|<\/td><\/table><b|<h1>(?!Mail)/i, 'html: markup is text');
			like($text, qr/&lt;script&gt;alert\(1\)&lt;\/script&gt;/, 'html: and is shown');
			like($text, qr/\\u202egpj/, 'html: what was hidden is visible');
			my @open = $text =~ /<(?!\/|!)([a-z0-9]+)/g;
			my %allowed = map { $_ => 1 } qw(html head meta title style body header h1 h2 p main section ul li span strong nav a div table caption thead tbody tr th td bdi wbr time figure figcaption svg desc defs pattern line circle rect text g footer code b);
			is(join(' ', grep { !$allowed{$_} } @open), '', 'html: no other element');
		} elsif ($form eq 'json') {
			my $j = eval { $js->decode($r->{out}) };
			ok($j, 'json: valid') or diag($@);
			ok((grep { ($_->{to} // '') eq "$evil[3]\@example.org" } @{$j->{violations}}), 'json: and whole');
		} elsif ($form eq 'csv') {
			ok(!(grep { /^[^,]*,\d+,[^,]*,"?[=+\@-](?![\d.]+$)/ } split /\n/, $text), 'csv: no formula');
		} elsif ($form eq 'tap') {
			my @t = grep { /^(?:not )?ok/ } split /\n/, $text;
			like($text, qr/^1\.\.${\ scalar @t}$/m, 'tap: the plan fits');
		}
	}
};

subtest 'TAP' => sub {
	my $t = raw('tap', $strict, ['--period', '2026-08-31..2026-09-06'], out(plain()), in());
	is($t->{status}, 1, 'status');
	like($t->{out}, qr/^TAP version 14\n/, 'version');
	like($t->{out}, qr/^not ok \d+ - .*outbound encrypt: 0 of 1 hop compliant$/m, 'a line that was broken');
	like($t->{out}, qr/^ok \d+ - .*inbound encrypt: 1 of 1 hop compliant$/m, 'one that was met');
	like($t->{out}, qr/^ok \d+ - the evidence covers the period$/m, 'coverage');
	$t = raw('tap', $strict, ['--period', '2026-09-14..2026-09-20'], out());
	like($t->{out}, qr/^not ok \d+ - the evidence covers the period: mx ends at/m, 'that is not there');
	is($t->{status}, 2, 'status');
};

subtest 'CSV' => sub {
	my $c = raw('csv', $strict, [], out(plain()), in());
	like($c->{out}, qr/^table,row,key,value\nanswer,1,sentence,/, 'a header');
	like($c->{out}, qr/^answer,1,violation,1$/m, 'the verdict');
	like($c->{out}, qr/^violations,1,to,bob\@example\.org$/m, 'a cell');
	$c = raw('csv', $strict, ['--table', 'violations'], out(plain()), in());
	like($c->{out}, qr/^time,severity,direction,from,to,.*\n2026-09-02T10:00:00Z,\w+,unknown,a\@example\.net,bob\@example\.org,[^\n]*\n\z/, 'one table');
	is(raw('csv', $strict, ['--table', 'nosuch'], out())->{status}, 2, 'no such table');
};

subtest 'exemptions and the policy' => sub {
	my $j = report("${strict}[exempt]\nexample.org until=2026-12-31 reason=old appliance\nexample.com until=2026-09-10 rule=protocol reason=gone\n", [], out(plain()), out(plain()), in());
	is(join('; ', map { join ' ', @$_{qw(key reason rule until state hops)} } @{$j->{exemptions}}) =~ s/\S* ?until=\S+ ?|reason=\S+( \S+)*? //gr =~ s/ +/ /gr ne '', 1, 'listed');
	is($j->{exemptions}[0]{hops}, 2, 'how many hops');
	is($j->{exemptions}[0]{state} . ', ' . $j->{exemptions}[1]{state}, 'in force, has ended', 'whether it is in force');
	is($j->{exemptions}[1]{rule}, 'protocol', 'of which rule');
	is($j->{answer}{exempt}, 2, 'and in the answer');
	my ($l) = grep { $_->{text} =~ /outbound|encrypt/ && $_->{exempt} } @{$j->{policy_lines}};
	is($l->{exempt} . ' ' . $l->{hops}, '2 2', 'the line of the policy');
};

subtest 'percentiles' => sub {
	my @rec = map { out(delay => $_ / 100, to => 'x@slow.example.org') } 1 .. 1000;
	my $j = report($strict, [], @rec, out(delay => 0.5, to => 'y@fast.example.org'));
	my ($s, $f) = @{$j->{slowest_destinations}};
	is("$s->{domain} $f->{domain}", 'slow.example.org fast.example.org', 'the slowest first');
	cmp_ok($s->{p50}, '>=', 5, 'never below');
	cmp_ok($s->{p50}, '<=', 5 * 1.0625, 'at most a sixteenth above');
	cmp_ok($s->{p95}, '>=', 9.5, 'never below');
	cmp_ok($s->{p95}, '<=', 9.5 * 1.0625, 'at most a sixteenth above');
	is($s->{max}, 10, 'the longest is exact');
	is("$f->{p50} $f->{p95} $f->{max}", '0.5 0.5 0.5', 'one alone is exact');
};

subtest 'the same bytes again' => sub {
	for my $form (qw(text html json csv tap)) {
		my @r = map { run('mxreport', @read, '-p', 'no-plaintext', '-o', $form, @now, @lab)->{out} } 1 .. 2;
		ok($r[0] eq $r[1] && length $r[0] > 200, $form);
	}
};

done_testing();
