#!/usr/bin/perl

# Every rule of mxtls on real logs: what breaks it, what nearly does, and
# what the log cannot tell.  The logs in samples/lab are those of the bed in
# t/lab; what really happened stands beside them, from its driver and sinks.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8->canonical;
my $dir = dir();
my $n = 0;

my $judge = "[limits]\nloopback judge\n";
my %policy = (
	encrypt => "[default]\noutbound encrypt\ninbound encrypt\nsubmission encrypt\n$judge",
	may => "[default]\noutbound may\ninbound may\nsubmission secure\n$judge",
	version => "[default]\noutbound may protocols=>=TLSv1.2\n$judge",
	secure => "[default]\noutbound secure\n$judge",
	dane => "[default]\noutbound dane\n$judge",
	exclude => "[default]\noutbound encrypt exclude=aNULL:CHACHA20:CAMELLIA\n$judge",
	fs => "[default]\noutbound encrypt require=fs\n$judge",
	aead => "[default]\noutbound encrypt require=aead\n$judge",
	pq => "[default]\noutbound encrypt require=pq\n$judge",
	failed => "[default]\noutbound may\ninbound may\n[rules]\nmandatory-failed high\nhandshake-failed low\n$judge",
	nexthop => "[tlsbox.example.net]:2525 secure\n[default]\noutbound may\n$judge",
	loopback => "[default]\noutbound encrypt\ninbound encrypt\n",
	outbound => "[default]\noutbound encrypt\n$judge",
);

# rule, sample, policy, then scenarios: bad ones, near misses, and dark
# ones with the doubt that they have instead.  "in:" is the inbound hop.
my @rows = (
	[ 'plaintext', 'out-tls-iso', 'encrypt', [qw(plain-not-offered may-454 level-none)], [qw(untrusted tls10)] ],
	[ 'plaintext', 'out-level0', 'encrypt', [qw(nolog-noted)], [], { 'nolog-plain' => 'tls-unknown', 'nolog-tls' => 'tls-unknown' } ],
	[ 'plaintext', 'rules', 'encrypt', [qw(in:rule-plaintext-bad)], [qw(in:rule-plaintext-near)], { 'in:rule-plaintext-dark' => 'tls-unknown' } ],
	[ 'auth-plaintext', 'rules', 'may', [qw(in:rule-auth-plaintext-bad)], [qw(in:rule-auth-plaintext-near in:rule-plaintext-bad)],
	    { 'in:rule-auth-plaintext-dark' => 'tls-unknown' } ],
	[ 'submission-plaintext', 'rules', 'encrypt', [qw(in:rule-submission-plaintext-bad)], [qw(in:rule-submission-plaintext-near in:rule-plaintext-bad)],
	    { 'in:rule-submission-plaintext-dark' => 'tls-unknown' } ],
	[ 'unauthenticated', 'rules', 'may', [qw(in:rule-unauthenticated-bad)], [qw(in:rule-unauthenticated-near in:rule-plaintext-near)],
	    { 'in:rule-unauthenticated-dark' => 'tls-unknown' } ],
	[ 'fallback', 'out-refused', 'may', [qw(fallback lost-tls)], [] ],
	[ 'fallback', 'out-tls-iso', 'may', [], [qw(plain-not-offered may-454 untrusted)] ],
	[ 'fallback', 'out-level0', 'version', [], [qw(nolog-noted)], { 'nolog-plain' => 'tls-unknown' } ],
	[ 'protocol', 'out-tls-iso', 'version', [qw(tls10 tls11)], [qw(tls12 tls13 plain-not-offered)] ],
	[ 'protocol', 'hops', 'version', [], [qw(hop-tls)], { 'hop-nolog' => 'details-unknown' } ],
	[ 'cipher-null', 'rules', 'encrypt', [qw(rule-cipher-null-bad)], [qw(rule-cipher-null-near)] ],
	[ 'cipher-bits', 'rules', 'encrypt', [], [qw(rule-cipher-null-near rule-cipher-excluded-near)] ],
	[ 'cipher-broken', 'rules', 'encrypt', [], [qw(rule-cipher-null-near rule-cipher-camellia-bad)] ],
	[ 'cipher-excluded', 'rules', 'exclude', [qw(rule-cipher-excluded-bad rule-cipher-camellia-bad)], [qw(rule-cipher-excluded-near)] ],
	[ 'cipher-excluded', 'hops', 'exclude', [], [qw(hop-tls)], { 'hop-nolog' => 'details-unknown' } ],
	[ 'anonymous', 'rules', 'exclude', [qw(rule-anonymous-bad)], [qw(rule-anonymous-near)] ],
	[ 'anonymous', 'hops', 'secure', [qw(hop-anon)], [], { 'hop-nolog' => 'trust-unknown' } ],
	[ 'no-forward-secrecy', 'rules', 'fs', [qw(rule-no-forward-secrecy-bad)], [qw(rule-no-forward-secrecy-near)] ],
	[ 'no-forward-secrecy', 'hops', 'fs', [], [qw(hop-tls)], { 'hop-nolog' => 'details-unknown' } ],
	[ 'not-aead', 'rules', 'aead', [qw(rule-not-aead-bad)], [qw(rule-not-aead-near rule-no-forward-secrecy-bad)] ],
	[ 'not-aead', 'hops', 'aead', [], [qw(hop-tls)], { 'hop-nolog' => 'details-unknown' } ],
	[ 'no-post-quantum', 'out-tls-iso', 'pq', [qw(tls12 tls13)], [qw(plain-not-offered)] ],
	[ 'no-post-quantum', 'hops', 'pq', [], [], { 'hop-nolog' => 'details-unknown' } ],
	[ 'unverified', 'out-tls-iso', 'secure', [qw(trusted untrusted encrypt)], [qw(verified-secure verified-verify verified-fingerprint)] ],
	[ 'unverified', 'hops', 'secure', [], [], { 'hop-nolog' => 'trust-unknown' } ],
	[ 'unverified', 'out-level0', 'secure', [], [], { 'nolog-tls' => 'tls-unknown' } ],
	[ 'downgraded', 'out-tls-iso', 'secure', [], [qw(trusted verified-secure)] ],
	[ 'dane-unknown', 'out-tls-iso', 'dane', [], [qw(verified-secure)], { trusted => 'dane-unknown', 'plain-not-offered' => 'dane-unknown' } ],
	[ 'nexthop-unknown', 'rules', 'nexthop', [], [qw(rule-cipher-null-bad)], { 'warm-up' => 'nexthop-unknown' } ],
	[ 'mandatory-failed', 'out-refused', 'failed', [qw(encrypt-not-offered encrypt-454 secure-untrusted secure-wrong-name fingerprint-wrong)],
	    [qw(handshake-close)] ],
	[ 'mandatory-failed', 'out-level0', 'failed', [qw(nolog-refused)], [qw(nolog-plain)] ],
	[ 'mandatory-failed', 'out-failures', 'failed', [], [qw(greet-421 ehlo-550 drop-ehlo rcpt-550-tls)] ],
	[ 'handshake-failed', 'out-refused', 'failed', [qw(handshake-close handshake-garbage version-refused)], [qw(encrypt-not-offered)] ],
	[ 'handshake-failed', 'out-failures', 'failed', [], [qw(drop-greeting drop-mail-tls)] ],
);

# What no OpenSSL and no Postfix of Debian 12 can be brought to write: by
# records in t/mxtls.t, as are the bad ones of cipher-broken, cipher-bits and
# downgraded.
my %elsewhere = map { $_ => 1 } qw(protocol-broken cipher-unknown);

sub lines { return map { $js->decode($_) } grep { /^\{/ } split /\n/, $_[0] }

my (%truth, %run);
sub truth {
	my ($sample) = @_;
	$truth{$sample} //= [grep { defined $_->{message_id} } lines(slurp("samples/lab/$sample.truth"))];
	return @{$truth{$sample}};
}

sub judge {
	my ($sample, $policy, @more) = @_;
	my $r = $run{"$sample $policy @more"} //= do {
		my $p = put("$dir/$policy", $policy{$policy});
		my $r = run('mxtls', '-a', '-q', '-y', 2026, '-z', 'UTC', '-p', $p, @more, "samples/lab/$sample.log");
		$r->{f} = [grep { $_->{type} eq 'finding' } lines($r->{out})];
		$r;
	};
	return @{$r->{f}};
}

# The findings about a scenario's hop, and what really happened to it.
sub hop {
	my ($sample, $policy, $scenario) = @_;
	my $in = $scenario =~ s/^in://;
	my ($t) = grep { $_->{scenario} eq $scenario && $_->{expect} eq ($in ? 'message' : 'delivery') &&
	    ($_->{tls} // '') ne 'local' } reverse truth($sample);
	die "$sample: no $scenario in the truth\n" if !$t;
	my @f = grep { ($_->{message_id} // '') eq $t->{message_id} && $_->{instance} eq $t->{instance} &&
	    ($in ? !defined $_->{to} && !defined $_->{relay} : ($_->{to} // '') eq $t->{to} && ($_->{status} // '') eq $t->{status}) } judge($sample, $policy);
	return ($t, @f);
}

my %tested;
for my $row (@rows) {
	my ($rule, $sample, $policy, $bad, $near, $dark) = @$row;
	$tested{$rule}{$_->[0]} += @{$_->[1]} for [ bad => $bad ], [ near => $near ], [ dark => [keys %{$dark // {}}] ];
	subtest "$rule: $sample" => sub {
		for my $s (@$bad) {
			my ($t, @f) = hop($sample, $policy, $s);
			my ($f) = grep { $_->{rule} eq $rule } @f;
			is($f ? $f->{verdict} : 'none of ' . @f, 'violation', "$s: broken");
			is($f->{$_} // '', $t->{$_}, "$s: $_ as the sink saw it") for grep { $f && defined $t->{$_} } qw(tls_version tls_cipher);
			ok($f && $f->{remedy} && $f->{reason} && $f->{src} && defined $f->{off}, "$s: reason, remedy, evidence");
		}
		for my $s (@$near) {
			my ($t, @f) = hop($sample, $policy, $s);
			my @v = grep { $_->{rule} eq $rule && $_->{verdict} =~ /^(?:violation|unknown)$/ } @f;
			is(scalar @v, 0, "$s: a near miss");
			ok(@f || $t->{status} ne 'sent', "$s: and judged");
		}
		for my $s (sort keys %{$dark // {}}) {
			my (undef, @f) = hop($sample, $policy, $s);
			is(join(' ', map { "$_->{verdict} $_->{rule}" } grep { $_->{rule} ne 'classical-kex' } @f), "unknown $dark->{$s}", "$s: not known");
		}
		pass('as listed') if !@$bad && !@$near && !%{$dark // {}};
	};
}

# A hop that is not judged, and why.
subtest 'not applicable' => sub {
	my ($local) = grep { ($_->{tls} // '') eq 'local' && $_->{expect} eq 'delivery' } truth('agents');
	my @f = grep { ($_->{message_id} // '') eq $local->{message_id} && defined $_->{to} } judge('agents', 'encrypt');
	is($f[0]{verdict} . ' ' . $f[0]{rule}, 'not-applicable local', 'a local agent');
	my (undef, @o) = hop('out-tls-iso', 'loopback', 'plain-not-offered');
	is(join(' ', map { "$_->{verdict} $_->{rule}" } @o), 'not-applicable loopback', 'the bed is all on loopback');
	my (undef, @i) = hop('rules', 'outbound', 'in:rule-plaintext-bad');
	is(join(' ', map { "$_->{verdict} $_->{rule}" } @i), 'not-applicable not-covered', 'no line is about it');
	# A log that was rotated between the arrival and the delivery.
	my @l = split /^/, slurp('samples/lab/out-tls-iso.log');
	my ($q) = map { /smtp\[\d+\]: (\w+): to=<u-tls13\@/ } @l;
	my ($cut) = grep { $l[$_] =~ /qmgr\[\d+\]: $q: from=/ } 0 .. $#l;
	my $f = put("$dir/rotated.log", @l[$cut .. $#l]);
	my $r = run('mxtls', '-a', '-q', '-y', 2026, '-z', 'UTC', '-p', put("$dir/rot", $policy{encrypt}), $f);
	is(join(' ', map { "$_->{verdict} $_->{rule}" } grep { ($_->{qid} // '') eq $q && !defined $_->{to} } grep { $_->{type} eq 'finding' } lines($r->{out})),
	    'not-applicable no-arrival', 'it arrived before the evidence');
	$tested{$_}{bad}++ for qw(local loopback not-covered no-arrival);
};

# The same peer over time: by the sinks' own names.
subtest 'peers' => sub {
	my @peer = grep { ($_->{rule} // '') =~ /^(?:tls-lost|trust-changed)$/ } judge('rules', 'may');
	is(join("\n", sort map { "$_->{rule} $_->{verdict} $_->{relay_name} $_->{count}" } @peer),
	    "tls-lost violation rule-tls-lost-bad.example.net 1\ntrust-changed violation rule-trust-changed-bad.example.net 1",
	    'lost once, and neither won nor unknown');
	for my $f (@peer) {
		my @t = grep { $_->{expect} eq 'delivery' && $_->{scenario} eq "rule-$f->{rule}-bad" } truth('rules');
		my @hops = grep { ($_->{relay_name} // '') eq $f->{relay_name} && defined $_->{to} && $_->{rule} eq 'met' } judge('rules', 'may');
		is(scalar @t, 2, "$f->{rule}: the sink saw two");
		my ($first, $second) = sort map { $_->{time} =~ s/\.\d+Z$/Z/r } @hops;
		is("$f->{seen_first} $f->{seen_last} $f->{time} $f->{end}", "$first $first $second $second", "$f->{rule}: first and last of each");
	}
	my ($dark) = grep { ($_->{to} // '') =~ /^u2-tls-lost-dark/ } judge('rules', 'encrypt');
	is("$dark->{verdict} $dark->{rule}", 'unknown tls-unknown', 'where TLS is not logged nothing is said to be lost');
	$tested{$_}{bad}++, $tested{$_}{near}++, $tested{$_}{dark}++ for qw(tls-lost trust-changed);
};

# A session that broke off under TLS, and then the mail in plaintext.
subtest 'a session lost' => sub {
	my @f = grep { $_->{rule} eq 'tls-lost' } judge('out-refused', 'may');
	is(join(' ', map { "$_->{verdict} $_->{relay_name}" } @f), 'violation lost-tls.example.net', 'told of that peer, and of no other');
};

# A client whose handshake failed sent no mail; it is told all the same.
subtest 'handshakes of clients' => sub {
	my @in = grep { $_->{rule} eq 'handshake-failed' } judge('bad-clients', 'failed');
	is(scalar @in, 1, 'one client spoke no TLS after STARTTLS');
	my $f = $in[0];
	is(join(' ', @$f{qw(verdict severity client_addr)}), 'violation low 127.0.2.89', 'which, and the verdict that the policy gives it');
	my @l = split /^/, slurp('samples/lab/bad-clients.log');
	like(substr(slurp('samples/lab/bad-clients.log'), $f->{off}, $f->{len}), qr/SSL_accept error from h89\.client\.example\.com/, 'its line');
	is($f->{line}, (grep { $l[$_ - 1] =~ /SSL_accept error/ } 1 .. @l)[0], 'its number');
	my ($told) = grep { $_->{rule} eq 'handshake-failed' } judge('bad-clients', 'may');
	is("$told->{verdict} $told->{severity}", 'not-applicable info', 'no violation unless the policy says so');
	is($told->{id}, $f->{id}, 'the same id');
	my $copy = put("$dir/renamed.log.1", @l);
	my $r = run('mxtls', '-q', '-y', 2026, '-z', 'UTC', '-p', "$dir/failed", $copy);
	is(join(' ', map { $_->{id} } grep { ($_->{rule} // '') eq 'handshake-failed' } lines($r->{out})), $f->{id}, 'also when the file is called something else');
	my $t = run('mxtrace', '-e', '-q', '-y', 2026, '-z', 'UTC', 'samples/lab/bad-clients.log');
	$r = run('mxtls', '-q', '-p', "$dir/failed", '-', { in => $t->{out} });
	is(join(' ', map { $_->{id} } grep { ($_->{rule} // '') eq 'handshake-failed' } lines($r->{out})), $f->{id}, 'and from records with events');
	is(scalar(grep { ($_->{rule} // '') eq 'handshake-failed' } judge('in-tls-iso', 'failed')), 0, 'handshakes that went well are none');
	$t = run('mxtrace', '-q', '-y', 2026, '-z', 'UTC', 'samples/lab/out-reuse.log');
	for my $c ([ 'failed', 2, 1 ], [ 'may', 0, 0 ]) {
		$r = run('mxtls', '-p', put("$dir/$c->[0]", $policy{$c->[0]}), '-', { in => $t->{out} });
		is(scalar(grep { /without events.*mxtrace -e/ } @{$r->{errs}}), $c->[2], "$c->[0]: that records do not have them is told where it matters");
		is($r->{status}, $c->[1], "$c->[0]: and in the status");
	}
};

subtest 'next hops' => sub {
	my @known = judge('rules', 'nexthop', '--nexthop', 'tlsbox.example.net=[tlsbox.example.net]:2525');
	my ($f) = grep { ($_->{to} // '') eq 'warm@tlsbox.example.net' && $_->{rule} ne 'classical-kex' } @known;
	is("$f->{verdict} $f->{rule}", 'violation unverified', 'its line holds when the next hop is given');
	my $cf = put("$dir/main.cf", "transport_maps = texthash:$dir/transport\n");
	put("$dir/transport", "tlsbox.example.net smtp:[tlsbox.example.net]:2525\nbox.example.net smtp:[box.example.net]:2525\n");
	($f) = grep { ($_->{to} // '') eq 'warm@tlsbox.example.net' && $_->{rule} ne 'classical-kex' } judge('rules', 'nexthop', '--main-cf', $cf);
	is("$f->{verdict} $f->{rule}", 'violation unverified', 'or stands in the transport table of the bed');
	($f) = grep { ($_->{to} // '') eq 'warm@tlsbox.example.net' && $_->{rule} ne 'classical-kex' } judge('rules', 'nexthop', '--nexthop', 'tlsbox.example.net=tlsbox.example.net');
	is("$f->{verdict} $f->{rule}", 'compliant met', 'and not when it was another');
};

# Ids: one a finding, and the same in every run.
subtest 'ids' => sub {
	my @f = judge('out-tls-iso', 'secure');
	my %seen;
	$seen{$_->{id}}++ for @f;
	is(scalar(grep { $_ > 1 } values %seen), 0, 'no two findings share one');
	my $r = run('mxtls', '-a', '-q', '-y', 2026, '-z', 'UTC', '-p', "$dir/secure", 'samples/lab/out-tls-bsd.log');
	my %bsd = map { $_->{id} => 1 } grep { $_->{type} eq 'finding' } lines($r->{out});
	is(scalar(grep { !$bsd{$_->{id}} } @f), 0, 'and the same mail logged in another framing has the same');
};

# No rule is forgotten.
subtest 'every rule' => sub {
	my @rule = slurp('lib/policy/rule.c') =~ /^\t\[RULE_\w+\] = \{ W\("([a-z-]+)"\)/mg;
	cmp_ok(scalar @rule, '>', 30, 'rules');
	my $mxtls = slurp('t/mxtls.t');
	for my $r (@rule) {
		ok($mxtls =~ /\b\Q$r\E\b/, "$r: by records") if $elsewhere{$r};
		next if $elsewhere{$r} || $r =~ /^(?:met|classical-kex|\w+-unknown)$/;
		ok($tested{$r}, "$r: on a real log");
	}
};

done_testing();
