package Lab::Out;

# Outbound: the SMTP client against every kind of server.

use strict;
use warnings;
use Time::HiRes qw(sleep time);

my $srv = '127.0.0.12:2525';
my $inst = 'postfix-out';

# name, sink, policy, wanted status, wanted tls, more
my @simple = (
	[ 'plain-not-offered', {}, '', 'sent', 'plaintext', tag => 1 ],
	[ 'tls10', { tls => { v => 'TLSv1', cert => 'unknown' } }, '', 'sent', 'encrypted' ],
	[ 'tls11', { tls => { v => 'TLSv1_1', cert => 'unknown' } }, '', 'sent', 'encrypted' ],
	[ 'tls12', { tls => { v => 'TLSv1_2', cert => 'unknown' } }, '', 'sent', 'encrypted' ],
	[ 'tls13', { tls => { v => 'TLSv1_3', cert => 'unknown' } }, '', 'sent', 'encrypted' ],
	[ 'untrusted', { tls => { cert => 'unknown' } }, '', 'sent', 'encrypted' ],
	[ 'trusted', { tls => { cert => 'good' } }, '', 'sent', 'encrypted' ],
	[ 'encrypt', { tls => { cert => 'unknown' } }, 'encrypt', 'sent', 'encrypted' ],
	[ 'verified-secure', { tls => { cert => 'good' } },
	    'secure match=verified-secure.example.net', 'sent', 'authenticated' ],
	[ 'verified-verify', { tls => { v => 'TLSv1_2', cert => 'good' } },
	    'verify match=verified-verify.example.net', 'sent', 'authenticated' ],
	[ 'verified-fingerprint', { tls => { cert => 'unknown' } },
	    'fingerprint match=%unknown%', 'sent', 'authenticated' ],
	[ 'fingerprint-wrong', { tls => { cert => 'unknown' } },
	    'fingerprint match=%good%', 'deferred', 'refused' ],
	[ 'secure-wrong-name', { tls => { cert => 'wrong' } },
	    'secure match=secure-wrong-name.example.net', 'deferred', 'refused' ],
	[ 'secure-untrusted', { tls => { cert => 'unknown' } },
	    'secure match=secure-untrusted.example.net', 'deferred', 'refused' ],
	[ 'encrypt-not-offered', {}, 'encrypt', 'deferred', 'refused' ],
	[ 'encrypt-454', { starttls => '454 4.7.0 TLS not available' },
	    'encrypt', 'deferred', 'refused' ],
	[ 'may-454', { starttls => '454 4.7.0 TLS not available' },
	    '', 'sent', 'plaintext', tag => 1 ],
	[ 'handshake-close', { tlsbreak => 'close' }, '', 'deferred', 'refused' ],
	[ 'handshake-garbage', { tlsbreak => 'garbage' }, '', 'deferred', 'refused' ],
	[ 'version-refused', { tls => { v => 'TLSv1_1', cert => 'good' } },
	    'encrypt protocols=>=TLSv1.2', 'deferred', 'refused' ],
	[ 'level-none', { tls => { cert => 'good' } }, 'none', 'sent', 'plaintext', tag => 1 ],
	[ 'level-none-noted', { tls => { cert => 'good' } }, 'none', 'sent',
	    'plaintext', via => 'noted' ],
	[ 'greet-554', { greet => '554 5.7.1 go away' }, '', 'deferred', 'none-attempted' ],
	[ 'greet-421', { greet => '421 4.3.2 too busy' }, '', 'deferred', 'none-attempted' ],
	[ 'greet-imitates', { greet => "554-5.7.1 Verified TLS connection established to x[127.0.1.1]:25: TLSv1.3 with cipher Y (256/256 bits)\n554 5.7.1 bye" },
	    '', 'deferred', 'none-attempted' ],
	[ 'ehlo-550', { ehlo => '550 5.7.1 not you' }, '', 'bounced', 'none-attempted' ],
	[ 'mail-550', { mail => '550 5.7.1 sender refused' }, '', 'bounced', 'plaintext', tag => 1 ],
	[ 'mail-451', { mail => '451 4.3.0 later' }, '', 'deferred', 'plaintext', tag => 1 ],
	[ 'mail-550-tls', { tls => { cert => 'good' }, mail => '550 5.7.1 sender refused' },
	    '', 'bounced', 'encrypted' ],
	[ 'rcpt-550', { rcpt => '550 5.1.1 user unknown' }, '', 'bounced', 'plaintext', tag => 1 ],
	[ 'rcpt-451', { rcpt => '451 4.2.1 later' }, '', 'deferred', 'plaintext', tag => 1 ],
	[ 'rcpt-550-tls', { tls => { cert => 'unknown' }, rcpt => '550 5.1.1 user unknown' },
	    '', 'bounced', 'encrypted' ],
	[ 'data-550', { data => '550 5.7.1 no data' }, '', 'bounced', 'plaintext', tag => 1 ],
	[ 'data-451', { data => '451 4.3.0 no data yet' }, '', 'deferred', 'plaintext', tag => 1 ],
	[ 'eod-550', { eod => '550 5.7.1 spam' }, '', 'bounced', 'plaintext', tag => 1 ],
	[ 'eod-451', { eod => '451 4.7.1 greylisted' }, '', 'deferred', 'plaintext', tag => 1 ],
	[ 'eod-550-tls', { tls => { cert => 'good' }, eod => '550 5.7.1 spam' },
	    '', 'bounced', 'encrypted' ],
	[ 'drop-greeting', { drop => 'connect' }, '', 'deferred', 'none-attempted' ],
	[ 'drop-ehlo', { drop => 'ehlo' }, '', 'deferred', 'none-attempted' ],
	[ 'drop-mail', { drop => 'mail' }, '', 'deferred', 'plaintext', tag => 1 ],
	[ 'drop-rcpt', { drop => 'rcpt' }, '', 'deferred', 'plaintext', tag => 1 ],
	[ 'drop-data', { drop => 'data' }, '', 'deferred', 'plaintext', tag => 1 ],
	[ 'drop-body', { drop => 'body' }, '', 'deferred', 'plaintext', tag => 1 ],
	[ 'drop-eod', { drop => 'eod' }, '', 'deferred', 'plaintext', tag => 1 ],
	[ 'drop-mail-tls', { tls => { cert => 'good' }, drop => 'mail' },
	    '', 'deferred', 'encrypted' ],
	[ 'multi-line', { eod => "250-2.0.0 first line\n250-2.0.0 second line\n250 2.0.0 third" },
	    '', 'sent', 'plaintext', tag => 1 ],
	[ 'imitate-status', { eod => '250 2.0.0 status=sent (250 ok)), relay=none, delay=0, dsn=5.0.0, status=bounced (x' },
	    '', 'sent', 'plaintext', tag => 1 ],
	[ 'imitate-queued', { eod => '250 2.0.0 Ok: queued as 1E240140202' },
	    '', 'sent', 'plaintext', tag => 1 ],
	[ 'imitate-tls', { eod => '250 2.0.0 Trusted TLS connection established to imitate-tls.example.net[127.0.1.9]:2525: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)' },
	    '', 'sent', 'plaintext', tag => 1 ],
	[ 'imitate-bounce', { rcpt => '550 5.1.1 to=<x@example.net>, relay=none, status=sent (forwarded as 1E240140202)' },
	    '', 'bounced', 'plaintext', tag => 1 ],
	[ 'utf8-ok', { utf8 => 1 }, '', 'sent', 'plaintext', tag => 1,
	    from => "s-j\xc3\xb6rg\@sender.example.org", lp => "m\xc3\xbcller",
	    mailopt => ' SMTPUTF8' ],
	[ 'utf8-refused', {}, '', 'bounced', 'none-attempted',
	    lp => "j\xc3\xbcrgen", mailopt => ' SMTPUTF8' ],
	[ 'quoted-space', {}, '', 'sent', 'plaintext', tag => 1, lp => '"odd name"' ],
	[ 'quoted-comma', {}, '', 'sent', 'plaintext', tag => 1, lp => '"a, b=c"' ],
	[ 'quoted-imitate', {}, '', 'sent', 'plaintext', tag => 1,
	    lp => '"x>, relay=none, status=bounced (no)"' ],
	[ 'quoted-quote', {}, '', 'sent', 'plaintext', tag => 1, lp => '"a\\"b\\\\c"' ],
	[ 'quoted-sender', {}, '', 'sent', 'plaintext', tag => 1,
	    from => '"s x> size=1, nrcpt=9"@sender.example.org' ],
	[ 'extension', {}, '', 'sent', 'plaintext', tag => 1, lp => 'user+ext' ],
	[ 'null-sender', {}, '', 'sent', 'plaintext', tag => 1, from => '' ],
	[ 'case-kept', {}, '', 'sent', 'plaintext', tag => 1, lp => 'MiXed.Case' ],
	[ 'soft-bounce', { rcpt => '550 5.1.1 user unknown' }, '', 'SOFTBOUNCE', 'plaintext',
	    tag => 1, via => 'soft', message => 'deferred' ],
	[ 'null-sender-bounced', { rcpt => '550 5.1.1 user unknown' }, '', 'bounced', 'plaintext',
	    tag => 1, from => '' ],
	[ 'nolog-tls', { tls => { cert => 'good' } }, '', 'sent', 'encrypted',
	    via => 'nolog', unk => 1 ],
	[ 'nolog-plain', {}, '', 'sent', 'plaintext', via => 'nolog', unk => 1 ],
	[ 'nolog-refused', {}, 'encrypt', 'deferred', 'refused', via => 'nolog' ],
	[ 'nolog-noted', { tls => { cert => 'good' } }, 'none', 'sent', 'plaintext',
	    via => 'nolognoted' ],
);

sub sinks {
	Lab::Scenarios::sink($_->[0], %{$_->[1]}) for @simple;
	Lab::Scenarios::sink('fallback', tlsbreak => 'close');
	Lab::Scenarios::sink('lost-tls', tls => { cert => 'good' }, drop_tls => 'rcpt');
	Lab::Scenarios::sink('reuse-plain');
	Lab::Scenarios::sink('reuse-nolog');
	Lab::Scenarios::sink('reuse-tls', tls => { cert => 'good' });
	Lab::Scenarios::sink('reuse-tls-nolog', tls => { v => 'TLSv1_2', cert => 'unknown' });
	Lab::Scenarios::sink('reuse-verified', tls => { cert => 'good' });
	Lab::Scenarios::sink('failover-a', tls => { cert => 'good' }, mail => '451 4.3.0 use the other');
	Lab::Scenarios::sink('failover-b');
	Lab::Scenarios::sink('failover-c', greet => '421 4.3.2 full');
	Lab::Scenarios::sink('failover-d', tls => { cert => 'unknown' });
	Lab::Scenarios::sink('mixed-plain');
	Lab::Scenarios::sink('mixed-tls', tls => { cert => 'good' });
	Lab::Scenarios::sink('dsn-ok');
	Lab::Scenarios::sink('later');
}

sub instances {
	my ($bed) = @_;
	my ($tr, $po) = ('', '');
	my $hop = sub { Lab::Scenarios::hop($bed, @_) };

	for my $s (@simple) {
		my ($name, undef, $policy, undef, undef, %o) = @$s;
		$policy =~ s/%(\w+)%/$bed->{fp}{$1}/g;
		my $h = $hop->("$name.example.net", 2525);
		$tr .= "$name.example.net " . ($o{via} // 'smtp') . ":$h\n";
		$po .= "$h $policy\n" if $policy;
	}
	my %via = (fallback => 'patient', 'lost-tls' => 'patient',
	    'reuse-nolog' => 'nolog', 'reuse-tls' => 'tlsreuse',
	    'reuse-tls-nolog' => 'tlsreuse0', 'reuse-verified' => 'tlsreuse',
	    'reuse-plain' => 'reuse');
	for my $n (qw(fallback lost-tls reuse-plain reuse-nolog reuse-tls
	    reuse-tls-nolog reuse-verified mixed-plain mixed-tls dsn-ok later)) {
		$tr .= "$n.example.net " . ($via{$n} // 'smtp') . ':' .
		    $hop->("$n.example.net", 2525) . "\n";
	}
	$po .= $hop->('reuse-verified.example.net', 2525) .
	    " secure match=reuse-verified.example.net\n";
	$tr .= 'failover.example.net smtp:' .
	    $hop->('failover-a.example.net', 2525) . ', ' .
	    $hop->('failover-b.example.net', 2525) . "\n";
	$tr .= 'failover2.example.net smtp:' .
	    $hop->('failover-c.example.net', 2525) . ', ' .
	    $hop->('failover-d.example.net', 2525) . "\n";
	$tr .= 'tlsbox.example.net smtp:' . $hop->('tlsbox.example.net', 2525) . "\n";
	$tr .= 'nolog-tlsbox.example.net nolog:' . $hop->('tlsbox.example.net', 2525) . "\n";
	$tr .= "refused-port.example.net smtp:[127.0.0.1]:9\n";
	$tr .= 'box.example.net smtp:' . $hop->('box.example.net', 2525) . "\n";
	$tr .= 'sender.example.org smtp:' . $hop->('notices.example.net', 2525) . "\n";
	$tr .= 'hop.example.net smtp:' . $hop->('dest.example.net', 2525) . "\n";
	$tr .= 'hop-plain.example.net plainhop:' . $hop->('dest.example.net', 2525) . "\n";
	$tr .= 'hop-nolog.example.net nolog:' . $hop->('dest.example.net', 2525) . "\n";
	$tr .= 'hop-nolog-plain.example.net nolognone:' . $hop->('dest.example.net', 2525) . "\n";
	$tr .= 'hop-anon.example.net smtp:' . $hop->('dest.example.net', 2541) . "\n";
	$tr .= 'hop-pl.example.com smtp:' . $hop->('pl.example.com', 2525) . "\n";
	$tr .= "burst.example.net burst:[127.0.1.254]:2526\n";
	my $opt = sub { "$_[0] unix - - n - - smtp" . join '', map { "\n  -o $_" } @_[1 .. $#_] };
	$bed->instance($inst, host => 'out.example.org', ip => '127.0.0.12',
	    transport => $tr, policy => $po,
	    main => {
		enable_long_queue_ids => 'yes',
		smtp_connection_cache_on_demand => 'no',
		reuse_destination_concurrency_limit => 1,
		nolog_destination_concurrency_limit => 1,
		tlsreuse_destination_concurrency_limit => 1,
		tlsreuse0_destination_concurrency_limit => 1,
	    },
	    master => [
		'127.0.0.12:2525 inet n - n - - smtpd',
		$opt->('patient', 'minimal_backoff_time=1s'),
		$opt->('soft', 'soft_bounce=yes'),
		$opt->('noted', 'smtp_tls_note_starttls_offer=yes'),
		$opt->('nolog', 'syslog_name=postfix-out/nolog', 'smtp_tls_loglevel=0',
		    'smtp_connection_cache_on_demand=yes',
		    'smtp_connection_cache_destinations=' . $hop->('reuse-nolog.example.net', 2525)),
		$opt->('nolognone', 'syslog_name=postfix-out/nolog', 'smtp_tls_loglevel=0',
		    'smtp_tls_policy_maps=', 'smtp_tls_security_level=none'),
		$opt->('nolognoted', 'syslog_name=postfix-out/nolog', 'smtp_tls_loglevel=0',
		    'smtp_tls_note_starttls_offer=yes'),
		$opt->('plainhop', 'smtp_tls_policy_maps=', 'smtp_tls_security_level=none'),
		$opt->('reuse', 'smtp_connection_cache_on_demand=yes',
		    'smtp_connection_cache_destinations=' . $hop->('reuse-plain.example.net', 2525)),
		$opt->('tlsreuse', 'smtp_tls_connection_reuse=yes', 'smtp_connection_cache_on_demand=yes',
		    'smtp_connection_cache_destinations=' . join(',', map { $hop->("reuse-$_.example.net", 2525) } qw(tls verified))),
		$opt->('tlsreuse0', 'smtp_tls_connection_reuse=yes', 'smtp_connection_cache_on_demand=yes',
		    'syslog_name=postfix-out/nolog2', 'smtp_tls_loglevel=0',
		    'smtp_connection_cache_destinations=' . $hop->('reuse-tls-nolog.example.net', 2525)),
		$opt->('burst', 'smtp_connection_cache_on_demand=yes'),
	    ]);
	push @{$bed->{warm}}, [ $inst, $srv, 'warm@tlsbox.example.net', 'tlsbox' ];
}

# Message and delivery for one message taken in plain from the driver.
sub want {
	my ($bed, $scn, %o) = @_;
	my $t = $bed->{truth};

	$t->add(scenario => $scn, expect => 'message', message_id => $o{mid},
	    instance => $o{instance} // $inst, from => $o{from},
	    client_addr => '127.0.3.1', tls => $o{in} // 'plaintext',
	    host => 'out.example.org', status => $o{message} // $o{status});
	my @to = ref $o{to} ? @{$o{to}} : $o{to};
	$t->add(scenario => $scn, expect => 'delivery', message_id => $o{mid},
	    instance => $o{instance} // $inst, to => $_, status => $o{status},
	    tls => $o{tls}, count => 1, sink => $o{sink},
	    use_from_sink => $o{use_from_sink},
	    tls_may_be_unknown => $o{unk}, needs_tag => $o{tag}) for @to;
}

sub one {
	my ($bed, $scn, %o) = @_;
	my $mid = $o{mid} = Lab::Scenarios::mid($scn);
	my $from = $o{from} //= "s-$scn\@sender.example.org";

	my $c = Lab::Scenarios::submit(server => $srv, %o);
	want($bed, $scn, %o) if $o{status};
	return ($mid, $c->queued, $from);
}

sub scenarios {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my (%later, @q);

	$bed->say_('outbound');
	# first tries of what is looked at again below
	my ($fmid, $fq, $ffrom) = one($bed, 'fallback', to => 'u-fallback@fallback.example.net');
	my ($lmid, $lq, $lfrom) = one($bed, 'lost-tls', to => 'u-lost@lost-tls.example.net');
	my ($rmid, $rq, $rfrom) = one($bed, 'retry-sent', to => 'once-retry@later.example.net');
	my $start = time;

	for my $s (@simple) {
		my ($name, undef, undef, $status, $tls, %o) = @$s;
		my $saw = $status eq 'sent' || $name =~ /^(rcpt|eod|imitate-b)/;
		one($bed, $name, to => ($o{lp} // "u-$name") . "\@$name.example.net",
		    status => $status, tls => $tls, sink => $saw ? $name : undef,
		    (defined $o{from} ? (from => $o{from}) : ()),
		    message => $o{message}, mailopt => $o{mailopt}, unk => $o{unk}, tag => $o{tag});
	}
	one($bed, 'connect-refused', to => 'u@refused-port.example.net',
	    status => 'deferred', tls => 'none-attempted');
	one($bed, 'failover-plain', to => 'u@failover.example.net',
	    status => 'sent', tls => 'plaintext', sink => 'failover-b', tag => 1);
	one($bed, 'failover-tls', to => 'u@failover2.example.net',
	    status => 'sent', tls => 'encrypted', sink => 'failover-d');
	one($bed, 'many-rcpt-plain', to => [ map { "m$_\@mixed-plain.example.net" } 1 .. 7 ],
	    status => 'sent', tls => 'plaintext', sink => 'mixed-plain', tag => 1);
	one($bed, 'many-rcpt-tls', to => [ map { "m$_\@mixed-tls.example.net" } 1 .. 7 ],
	    status => 'sent', tls => 'encrypted', sink => 'mixed-tls');

	# one message, every outcome
	my @mix = ([ 'ok@mixed-plain.example.net', 'sent', 'plaintext', 'mixed-plain' ],
	    [ 'c550-no@mixed-plain.example.net', 'bounced', 'plaintext', 'mixed-plain' ],
	    [ 'c450-wait@mixed-plain.example.net', 'deferred', 'plaintext', 'mixed-plain' ],
	    [ 'ok@mixed-tls.example.net', 'sent', 'encrypted', 'mixed-tls' ],
	    [ 'c550-no@mixed-tls.example.net', 'bounced', 'encrypted', 'mixed-tls' ]);
	my ($mid, undef, $from) = one($bed, 'mixed-outcome', to => [ map { $_->[0] } @mix ]);
	$t->add(scenario => 'mixed-outcome', expect => 'message', message_id => $mid,
	    instance => $inst, from => $from, client_addr => '127.0.3.1',
	    tls => 'plaintext', status => 'mixed');
	$t->add(scenario => 'mixed-outcome', expect => 'delivery', message_id => $mid,
	    instance => $inst, to => $_->[0], status => $_->[1], tls => $_->[2],
	    count => 1, sink => $_->[3], needs_tag => $_->[2] eq 'plaintext' || undef)
	    for @mix;

	# success reports
	one($bed, 'dsn-success', to => 'u-dsn@dsn-ok.example.net', rcptopt => ' NOTIFY=SUCCESS',
	    status => 'sent', tls => 'plaintext', sink => 'dsn-ok', tag => 1);

	# hops to our own instances
	for my $h ([ 'hop-tls', 'hop.example.net', 'encrypted' ],
	    [ 'hop-plain', 'hop-plain.example.net', 'plaintext', tag => 1 ],
	    [ 'hop-nolog', 'hop-nolog.example.net', 'encrypted' ],
	    [ 'hop-nolog-plain', 'hop-nolog-plain.example.net', 'plaintext' ],
	    [ 'hop-anon', 'hop-anon.example.net', 'encrypted' ],
	    [ 'hop-postlogd', 'hop-pl.example.com', 'encrypted' ]) {
		my ($scn, $dom, $tls, %o) = @$h;
		my $next = $scn eq 'hop-postlogd' ? 'postfix-pl' : 'postfix-dest';
		my $v = $tls ne 'encrypted' || $scn eq 'hop-nolog' ? undef : $scn eq 'hop-anon' ? 'TLSv1.2' : 'TLSv1.3';
		my ($mid, undef, $from) = one($bed, $scn, to => "u-$scn\@$dom");
		$t->add(scenario => $scn, expect => 'message', message_id => $mid,
		    instance => $inst, from => $from, client_addr => '127.0.3.1',
		    tls => 'plaintext', status => 'sent');
		$t->add(scenario => $scn, expect => 'delivery', message_id => $mid,
		    instance => $inst, to => "u-$scn\@$dom", status => 'sent',
		    tls => $tls, tls_version => $v, count => 1,
		    needs_tag => $o{tag});
		$t->add(scenario => $scn, expect => 'message', message_id => $mid,
		    instance => $next, from => $from, client_addr => '127.0.0.12',
		    tls => $tls, tls_version => $v, status => 'sent');
		$t->add(scenario => $scn, expect => 'delivery', message_id => $mid,
		    instance => $next, to => "u-$scn\@$dom", status => 'sent',
		    tls => 'local', count => 1, box => 1);
		$t->add(scenario => $scn, expect => 'link', message_id => $mid,
		    why => 'queued-as');
	}

	$bed->say_('connection reuse');
	for my $r ([ 'reuse-plain', 'plaintext', 12 ], [ 'reuse-nolog', 'plaintext', 8 ],
	    [ 'reuse-tls', 'encrypted', 8 ], [ 'reuse-tls-nolog', 'encrypted', 6 ],
	    [ 'reuse-verified', 'authenticated', 6 ]) {
		my ($scn, $tls, $n) = @$r;
		for (1 .. $n) {
			one($bed, $scn, to => "u$_\@$scn.example.net", status => 'sent',
			    tls => $tls, sink => $scn,
			    use_from_sink => $scn eq 'reuse-nolog',
			    tag => $scn eq 'reuse-plain' || undef);
		}
	}
	burst($bed);

	# the second tries
	sleep 0.1 while time < $start + 2.5;
	$bed->say_('second tries');
	$bed->flush($inst, $_) for $fq, $lq, $rq;
	for my $x ([ 'fallback', $fmid, $ffrom, 'u-fallback@fallback.example.net', 'refused' ],
	    [ 'lost-tls', $lmid, $lfrom, 'u-lost@lost-tls.example.net', 'encrypted' ],
	    [ 'retry-sent', $rmid, $rfrom, 'once-retry@later.example.net', 'plaintext' ]) {
		my ($scn, $mid, $from, $to, $first) = @$x;
		my $sink = $scn eq 'retry-sent' ? 'later' : $scn;
		$t->add(scenario => $scn, expect => 'message', message_id => $mid,
		    instance => $inst, from => $from, client_addr => '127.0.3.1',
		    tls => 'plaintext', status => 'sent');
		$t->add(scenario => $scn, expect => 'delivery', message_id => $mid,
		    instance => $inst, to => $to, status => 'deferred',
		    tls => $first, count => 1, needs_tag => $first eq 'plaintext' || undef,
		    tls_version => $scn eq 'lost-tls' ? 'TLSv1.3' : undef);
		$t->add(scenario => $scn, expect => 'delivery', message_id => $mid,
		    instance => $inst, to => $to, status => 'sent',
		    tls => 'plaintext', count => 1, sink => $sink,
		    needs_tag => $scn ne 'fallback' || undef);
	}
}

# Many messages at once, from smtp-source to smtp-sink.
sub burst {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my $n = $bed->{quick} ? 200 : 2000;
	my $d = "$bed->{dir}/burst";

	$bed->say_("burst of $n");
	mkdir $d;
	chmod 01777, $d;
	my $pid = fork // die "lab: fork: $!\n";
	if ($pid == 0) {
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec 'smtp-sink', '-u', 'nobody', '-d', "$d/m.", '127.0.1.254:2526', '256'
		    or POSIX::_exit(127);
	}
	push @{$bed->{pids}}, $pid;
	sleep 0.3;
	Lab::Bed::quiet('smtp-source', '-s', 8, '-m', $n, '-r', 3, '-l', 600,
	    '-M', 'source.example.com', '-f', 's-burst@sender.example.org',
	    '-t', 'u@burst.example.net', '127.0.0.12:2525') == 0
	    or die "lab: smtp-source fails\n";
	$bed->wait_for('burst', 120, sub {
		my @f = glob("$d/m.*");
		return @f >= $n && !(grep { -s $_ == 0 } @f) && !$bed->in_queue($inst, 'active');
	});
	for my $f (glob("$d/m.*")) {
		open my $h, '<', $f or next;
		my ($mid, @to);
		while (<$h>) {
			push @to, $1 if /^X-Rcpt-Args: <(.*)>/;
			$mid = $1 if /^Message-Id: (\S+)/i;
		}
		close $h;
		$t->add(scenario => 'burst', expect => 'message', message_id => $mid,
		    instance => $inst, from => 's-burst@sender.example.org',
		    client_addr => '127.0.0.1', tls => 'plaintext', status => 'sent');
		$t->add(scenario => 'burst', expect => 'delivery', message_id => $mid,
		    instance => $inst, to => $_, status => 'sent', tls => 'plaintext',
		    count => 1, needs_tag => 1) for @to;
	}
}

1;
