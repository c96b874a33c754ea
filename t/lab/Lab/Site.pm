package Lab::Site;

# Inbound at a site with milters (Milters.pm), copies, proxies, limits and
# trouble of its own.  Strangers are 127.0.4.N.

use strict;
use warnings;
use MIME::Base64;
use Time::HiRes qw(sleep time);
use Lab::Client;
use Lab::Milters;

my $inst = 'postfix-site';
my $ip = '127.0.0.18';
my %srv = map { $_->[0] => "$ip:$_->[1]" }
    [ main => 2525 ], [ milter => 2526 ], [ down => 2527 ], [ downreject => 2528 ],
    [ downaccept => 2529 ], [ downhold => 2530 ], [ slowmilter => 2531 ],
    [ bcc => 2532 ], [ proxied => 2533 ], [ haproxy => 2534 ], [ rate => 2535 ],
    [ small => 2536 ], [ verbose => 2537 ], [ log2 => 2538 ], [ log3 => 2539 ],
    [ ccert => 2540 ], [ reqcert => 2541 ], [ sender => 2542 ], [ impatient => 2543 ],
    [ headers => 2544 ], [ screen => 2545 ], [ canon => 2546 ], [ none => 2547 ],
    [ down2 => 2548 ];
my $milter = "$ip:9001";

sub sinks { }

sub instances {
	my ($bed) = @_;
	my $d = $bed->{dir};
	my $f = "$d/$inst/etc";
	my $svc = sub { join "\n  -o ", "$srv{$_[0]} inet n - n - - smtpd", @_[1 .. $#_] };
	my $milters = "smtpd_milters=inet:$milter";
	my $down = 'smtpd_milters=inet:127.0.0.18:9';

	Lab::Milters::start($bed, $milter);
	$bed->instance($inst, host => 'site.example.org', ip => $ip,
	    transport => join('', map { "$_->[0] $_->[1]\n" }
		[ 'in.example.net' => 'smtp:[box.example.net]:2525' ],
		[ 'box.example.net' => 'smtp:[box.example.net]:2525' ],
		[ 'later.example.net' => 'smtp:[later.example.net]:2525' ],
		[ 'tlsbox.example.net' => 'smtp:[tlsbox.example.net]:2525' ],
		[ 'sender.example.org' => 'smtp:[notices.example.net]:2525' ]),
	    main => {
		enable_long_queue_ids => 'no',
		relay_domains => 'in.example.net later.example.net',
		smtp_connection_cache_on_demand => 'no',
		milter_connect_timeout => '2s', milter_command_timeout => '2s',
		address_verify_map => "btree:$d/$inst/data/verify",
		address_verify_poll_delay => '1s',
		smtpd_recipient_restrictions => "check_recipient_access pcre:$f/rcpt",
		smtpd_client_event_limit_exceptions => '127.0.3.0/24',
		non_smtpd_milters => "inet:$milter",
	    },
	    files => {
		milterheaders => "/^X-Virus: yes/ HOLD a virus\n/^X-Spam: yes/ REJECT spam\n",
		bccsender => "/^s-bcc-sender\@/ sender-copy\@in.example.net\n",
		bccrcpt => "/^u-bcc-rcpt\@/ rcpt-copy\@in.example.net\n",
		rcpt => "/^hold-/ HOLD wait\n/^discard-/ DISCARD no\n/^redirect-/ REDIRECT there\@in.example.net\n" .
		    "/^filter-/ FILTER smtp:[box.example.net]:2525\n",
		canon => "/^s-canon\@.*/ rewritten\@sender.example.org\n",
		canonrcpt => "/^u-canon\@.*/ canonical\@in.example.net\n",
	    },
	    master => [
		$svc->('main'),
		$svc->('milter', $milters),
		$svc->('headers', $milters, 'cleanup_service_name=cleanheaders'),
		"cleanheaders unix n - n - 0 cleanup\n  -o milter_header_checks=pcre:$f/milterheaders",
		$svc->('down', $down),
		$svc->('down2', $down),
		$svc->('downreject', $down, 'milter_default_action=reject'),
		$svc->('downaccept', $down, 'milter_default_action=accept'),
		$svc->('downhold', $down, 'milter_default_action=quarantine'),
		$svc->('slowmilter', $milters),
		$svc->('bcc', 'cleanup_service_name=cleanbcc'),
		"cleanbcc unix n - n - 0 cleanup\n  -o always_bcc=archive\@in.example.net\n" .
		    "  -o sender_bcc_maps=regexp:$f/bccsender\n  -o recipient_bcc_maps=regexp:$f/bccrcpt",
		$svc->('canon', 'cleanup_service_name=cleancanon'),
		"cleancanon unix n - n - 0 cleanup\n" .
		    "  -o sender_canonical_maps=regexp:$f/canon\n  -o recipient_canonical_maps=regexp:$f/canonrcpt",
		$svc->('proxied', 'smtpd_authorized_xclient_hosts=127.0.0.0/8'),
		$svc->('haproxy', 'smtpd_upstream_proxy_protocol=haproxy'),
		$svc->('rate', 'smtpd_client_connection_rate_limit=3', 'smtpd_client_message_rate_limit=2',
		    'smtpd_client_recipient_rate_limit=2', 'smtpd_client_new_tls_session_rate_limit=1'),
		$svc->('small', 'message_size_limit=2000', 'cleanup_service_name=cleansmall'),
		"cleansmall unix n - n - 0 cleanup\n  -o message_size_limit=2000",
		"$srv{verbose} inet n - n - - smtpd -v",
		$svc->('log2', 'smtpd_tls_loglevel=2'),
		$svc->('log3', 'smtpd_tls_loglevel=3'),
		$svc->('ccert', 'smtpd_tls_ask_ccert=yes', 'smtpd_tls_loglevel=2'),
		$svc->('reqcert', 'smtpd_tls_req_ccert=yes', 'smtpd_tls_security_level=encrypt'),
		$svc->('none', 'smtpd_tls_security_level=none'),
		$svc->('sender', 'smtpd_sender_restrictions=reject_unverified_sender'),
		$svc->('impatient', 'smtpd_timeout=1s'),
		"$srv{screen} inet n - n - 1 postscreen\n  -o postscreen_upstream_proxy_protocol=haproxy\n" .
		    "  -o postscreen_access_list=permit\n  -o postscreen_cache_map=",
		'smtpd pass - - n - - smtpd',
	    ]);
	push @{$bed->{warm}}, [ $inst, $srv{main}, 'warm@tlsbox.example.net', 'tlsbox' ];
}

# Truth of a message that goes on to the box.
sub want {
	my ($bed, $scn, %o) = @_;
	my $t = $bed->{truth};

	$t->add(scenario => $scn, expect => 'message', message_id => $o{nomid} ? undef : $o{mid},
	    instance => $inst, from => $o{from}, client_addr => $o{addr},
	    tls => $o{in} // 'plaintext', tls_version => $o{version}, sasl_user => $o{sasl_user},
	    status => $o{status} // 'sent', host => 'site.example.org');
	return if $o{nothing};
	$t->add(scenario => $scn, expect => 'delivery', message_id => $o{mid},
	    instance => $inst, to => $_, status => 'sent', tls => 'plaintext',
	    count => 1, sink => 'box', needs_tag => 1)
	    for map { ref $_ ? @$_ : $_ } $o{dest} // $o{to};
}

sub one {
	my ($bed, $scn, %o) = @_;

	$o{mid} //= Lab::Scenarios::mid($scn);
	$o{from} //= "s-$scn\@sender.example.org";
	$o{to} //= "u-$scn\@in.example.net";
	my $c = Lab::Scenarios::submit(%o, server => $srv{$o{server} // 'main'});
	$o{version} //= $c->{version} if ($o{in} // '') =~ /^(enc|auth)/;
	want($bed, $scn, %o) unless $o{silent};
	return $c;
}

# A session that somebody turns away; the client's view of where and how.
sub refuse {
	my ($bed, $scn, %o) = @_;
	my $from = $o{from} // "s-$scn\@sender.example.org";
	my $to = $o{to} // "u-$scn\@in.example.net";
	my $mid = Lab::Scenarios::mid($scn);
	my $c = Lab::Client->new(to => $srv{$o{server}}, from => $o{addr});
	my $stage = 'CONNECT';

	SESSION: {
		last if $c->{code} !~ /^2/;
		$stage = 'EHLO';
		last if $c->ehlo !~ /^2/;
		$stage = 'MAIL';
		last if $c->mail($from) !~ /^2/;
		$stage = 'RCPT';
		last if $c->rcpt($to) !~ /^2/;
		$stage = 'DATA';
		last if $c->cmd('DATA') !~ /^3/;
		$stage = 'END-OF-MESSAGE';
		$c->cmd(Lab::Scenarios::text(from => $from, to => $to, mid => $mid,
		    body => $o{body}) . '.');
	}
	my $code = $c->{code};
	$code =~ /^[45]/ or die "lab: $scn: taken: $c->{text}\n";
	# what a milter says at CONNECT or EHLO may reach the client later
	$stage = $o{stage} if $o{stage} ne 'END-OF-MESSAGE';
	$c->quit;
	# cleanup's refusals do not log the reply's code
	my $bare = $stage eq 'END-OF-MESSAGE';
	# a milter's word is repeated until the client has heard it
	for my $early ($stage eq 'CONNECT' && $code =~ /^45/ ? qw(EHLO MAIL)
	    : $stage eq 'EHLO' ? 'MAIL' : ()) {
		$bed->{truth}->add(scenario => $scn, expect => 'reject', instance => $inst,
		    stage => $early, reply_code => $code, client_addr => $o{addr}, count => 1);
	}
	$code = undef if $stage eq 'CONNECT';	# the greeting has its own
	$bed->{truth}->add(scenario => $scn, expect => 'reject', instance => $inst,
	    from => $stage =~ /CONNECT|EHLO/ ? undef : $from,
	    to => $stage =~ /RCPT|DATA|END/ ? $to : undef,
	    stage => $bare ? undef : $stage, reply_code => $bare ? undef : $code,
	    client_addr => $o{addr}, count => 1, %{$o{truth} // {}});
}

sub scenarios {
	my ($bed) = @_;

	all_of_them($bed);
	Lab::Milters::scenarios($bed);
	chunks($bed);
	copies($bed);
	proxies($bed);
	limits($bed);
	logging($bed);
	leaves($bed);
	probes($bed);
}

# Copies and rewriting.
sub copies {
	my ($bed) = @_;
	my @arch = ('archive@in.example.net');

	one($bed, 'bcc-always', server => 'bcc', addr => '127.0.4.70',
	    dest => [ 'u-bcc-always@in.example.net', @arch ]);
	one($bed, 'bcc-sender', server => 'bcc', addr => '127.0.4.71',
	    dest => [ 'u-bcc-sender@in.example.net', 'sender-copy@in.example.net', @arch ]);
	one($bed, 'bcc-rcpt', server => 'bcc', addr => '127.0.4.72',
	    dest => [ 'u-bcc-rcpt@in.example.net', 'rcpt-copy@in.example.net', @arch ]);
	my $mid = Lab::Scenarios::mid('canon');
	one($bed, 'canon', server => 'canon', addr => '127.0.4.73', mid => $mid, silent => 1);
	want($bed, 'canon', mid => $mid, addr => '127.0.4.73',
	    from => 'rewritten@sender.example.org', to => 'canonical@in.example.net');
}

# Mail in chunks, to be held: it comes whole, or the client leaves before its
# last one.
sub chunks {
	my ($bed) = @_;
	my $n = 130;

	for my $last (' LAST', '') {
		my $scn = $last ? 'chunks-held' : 'chunks-left';
		my $addr = '127.0.4.' . $n++;
		my $mid = Lab::Scenarios::mid($scn);
		my $from = "s-$scn\@sender.example.org";
		my $text = Lab::Scenarios::text(from => $from, to => 'hold-me@in.example.net', mid => $mid);
		my $c = Lab::Client->new(to => $srv{main}, from => $addr);
		$c->ehlo;
		$c->mail($from);
		$c->rcpt('hold-me@in.example.net');
		$c->raw('BDAT ' . length($text) . "$last\r\n$text");
		($c->reply)[0] eq '250' or die "lab: BDAT$last\n";
		$last ? $c->quit : $c->cut;
		$bed->{truth}->add(scenario => $scn, expect => 'message', message_id => $mid,
		    instance => $inst, client_addr => $addr, tls => 'plaintext',
		    status => $last ? 'held' : 'unknown');
	}
}

# Clients that speak for others.
sub proxies {
	my ($bed) = @_;
	my $c = Lab::Client->new(to => $srv{proxied}, from => '127.0.3.4');

	$c->ehlo('proxy.example.org');
	$c->cmd('XCLIENT NAME=far.example.com ADDR=192.0.2.77 PORT=4711') =~ /^220/ or die "lab: XCLIENT: $c->{text}\n";
	$c->ehlo('far.example.com');
	one($bed, 'xclient', client => $c, addr => '192.0.2.77', to => 'u-xclient@in.example.net');
	$c->quit;
	$c = Lab::Client->new(to => $srv{proxied}, from => '127.0.3.4');
	$c->ehlo('proxy.example.org');
	$c->cmd('XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.76') =~ /^220/ or die "lab: XCLIENT: $c->{text}\n";
	$c->ehlo('some.example.com');
	one($bed, 'xclient-unnamed', client => $c, addr => '192.0.2.76');
	$c->quit;
	$c = Lab::Client->new(to => $srv{proxied}, from => '127.0.3.4');
	$c->ehlo('proxy.example.org');
	$c->cmd('XCLIENT NAME=far.example.com ADDR=192.0.2.79 LOGIN=anna') =~ /^220/ or die "lab: XCLIENT: $c->{text}\n";
	$c->ehlo('far.example.com');
	$c->starttls(helo => 'far.example.com');
	one($bed, 'xclient-tls', client => $c, addr => '192.0.2.79', in => 'encrypted', sasl_user => 'anna');
	$c->quit;
	for my $x ([ 'haproxy', 'haproxy' ], [ 'haproxy-screen', 'screen' ]) {
		my ($scn, $server) = @$x;
		for my $tls (0, 1) {
			my $a = '192.0.2.' . (80 + 2 * ($server eq 'screen') + $tls);
			$c = Lab::Client->new(to => $srv{$server}, from => '127.0.3.5', nogreet => 1);
			$c->raw("PROXY TCP4 $a 127.0.0.18 5555 25\r\n");
			($c->{code}) = $c->reply;
			$c->ehlo;
			$c->starttls if $tls;
			one($bed, $scn, client => $c, addr => $a, to => "u-$scn-$tls\@in.example.net",
			    in => $tls ? 'encrypted' : 'plaintext');
			$c->quit;
		}
	}
}

# More than is allowed.  smtpd warns of it, and logs no refusal.
sub limits {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my $c;

	$bed->say_('limits');
	one($bed, 'rate-message', server => 'rate', addr => '127.0.4.80');
	$c = one($bed, 'rate-message', server => 'rate', addr => '127.0.4.80', stay => 1);
	$c->mail('s-rate-third@sender.example.org') =~ /^4/ or die "lab: third message: $c->{text}\n";
	$c->quit;
	Lab::Client->new(to => $srv{rate}, from => '127.0.4.81')->quit for 1 .. 3;
	$c = Lab::Client->new(to => $srv{rate}, from => '127.0.4.81');
	$c->{code} =~ /^4/ or die "lab: fourth connection: $c->{text}\n";
	$c->cut;
	$c = Lab::Client->new(to => $srv{rate}, from => '127.0.4.82');
	$c->ehlo;
	$c->mail('s-rate-rcpt@sender.example.org');
	$c->rcpt("r$_\@in.example.net") for 1, 2;
	$c->rcpt('r3@in.example.net') =~ /^4/ or die "lab: third recipient: $c->{text}\n";
	$t->add(scenario => 'rate-recipient', expect => 'message', instance => $inst,
	    client_addr => '127.0.4.82', tls => 'plaintext', status => 'unknown');
	$c->quit;
}

# What the server logs about TLS, and with -v about all else.
sub logging {
	my ($bed) = @_;
	my $d = $bed->{dir};
	my $n = 90;

	$bed->say_('log levels');
	for my $x ([ 'in-log2', 'log2' ], [ 'in-log3', 'log3' ], [ 'in-verbose', 'verbose' ]) {
		one($bed, "$x->[0]-tls", server => $x->[1], addr => '127.0.4.' . $n++, starttls => {}, in => 'encrypted');
		one($bed, "$x->[0]-plain", server => $x->[1], addr => '127.0.4.' . $n++);
	}
	one($bed, 'in-no-tls', server => 'none', addr => '127.0.4.' . $n++);
	one($bed, 'ccert-none', server => 'ccert', addr => '127.0.4.' . $n++, starttls => {}, in => 'encrypted');
	one($bed, 'ccert-good', server => 'ccert', addr => '127.0.4.' . $n++, in => 'authenticated',
	    starttls => { cert => "$d/tls/client" });
	one($bed, 'ccert-stranger', server => 'ccert', addr => '127.0.4.' . $n++, in => 'encrypted',
	    starttls => { cert => "$d/tls/stranger" });
	one($bed, 'ccert-required', server => 'reqcert', addr => '127.0.4.' . $n++, in => 'authenticated',
	    starttls => { cert => "$d/tls/client" });
	# no certificate where one is required
	my $addr = '127.0.4.' . $n++;
	my $c = Lab::Client->new(to => $srv{reqcert}, from => $addr);
	$c->ehlo;
	eval {
		$c->starttls(v => 'TLSv1_2');
		$c->mail('s-ccert-missing@sender.example.org');
		$c->rcpt('u-ccert-missing@in.example.net');
		1;
	};
	$c->cut;
	one($bed, 'after-ccert-missing', server => 'main', addr => $addr);
	# no TLS where it is required
	# no TLS where it is required: no line says so
	$addr = '127.0.4.' . $n++;
	$c = Lab::Client->new(to => $srv{reqcert}, from => $addr);
	$c->ehlo;
	$c->mail('s-tls-required@sender.example.org') eq '530' or die "lab: no TLS: $c->{text}
";
	one($bed, 'tls-required', client => $c, addr => $addr, starttls => undef, in => 'authenticated')
	    if eval { $c->starttls(cert => "$d/tls/client"); 1 };
	$c->quit;
	# too large: it has a queue ID, and no line says more
	$addr = '127.0.4.' . $n++;
	$c = one($bed, 'too-large', server => 'small', addr => $addr, lax => 1, silent => 1,
	    mid => my $mid = Lab::Scenarios::mid('too-large'),
	    body => join("
", ('x' x 70) x 50));
	$c->{code} eq '221' && !$c->queued or die "lab: too large: $c->{text}
";
	$bed->{truth}->add(scenario => 'too-large', expect => 'message', message_id => $mid, instance => $inst,
	    client_addr => $addr, tls => 'plaintext', status => 'unknown');
}

# Clients that leave after somebody has decided about their mail, or that fall
# silent.
sub leaves {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my $n = 110;

	$bed->say_('clients that leave');
	for my $act (qw(hold discard redirect filter)) {
		my $addr = '127.0.4.' . $n++;
		my $c = Lab::Client->new(to => $srv{main}, from => $addr);
		$c->ehlo;
		$c->mail("s-left-$act\@sender.example.org");
		$c->rcpt("$act-me\@in.example.net") =~ /^2/ or die "lab: $act: $c->{text}\n";
		$c->cut;
		$t->add(scenario => "left-$act", expect => 'message', instance => $inst,
		    client_addr => $addr, tls => 'plaintext', status => 'unknown');
		$addr = '127.0.4.' . $n++;
		$c = Lab::Client->new(to => $srv{main}, from => $addr);
		$c->ehlo;
		$c->mail("s-reset-$act\@sender.example.org");
		$c->rcpt("$act-me\@in.example.net");
		$c->cmd('RSET');
		one($bed, "reset-$act", client => $c, addr => $addr);
		$c->quit;
		# the counters do not tell which of the two came
		$t->add(scenario => "reset-$act", expect => 'message', instance => $inst,
		    client_addr => $addr, tls => 'plaintext',
		    status => $act eq 'discard' ? 'unknown|discarded' : 'unknown');
	}
	for my $stage (qw(CONNECT EHLO MAIL RCPT DATA)) {
		my $scn = 'timeout-' . lc $stage;
		my $addr = '127.0.4.' . $n++;
		my $c = Lab::Client->new(to => $srv{impatient}, from => $addr);
		$c->ehlo if $stage ne 'CONNECT';
		$c->mail("s-$scn\@sender.example.org") if $stage =~ /MAIL|RCPT|DATA/;
		$c->rcpt("u-$scn\@in.example.net") if $stage =~ /RCPT|DATA/;
		if ($stage eq 'DATA') {
			$c->cmd('DATA');
			$c->raw("Subject: lost\r\n\r\nhalf a ");
		}
		push @{$bed->{silent}}, [ $scn, $addr, $stage, $c ];
	}
}

# Addresses that are asked for first.
sub probes {
	my ($bed) = @_;
	my $n = 140;

	for my $s (@{$bed->{silent}}) {
		my ($scn, $addr, $stage, $c) = @$s;
		1 while sysread $c->{sock}, my $b, 4096;
		$c->cut;
		one($bed, "after-$scn", addr => $addr);
		$bed->{truth}->add(scenario => "after-$scn", expect => 'message',
		    instance => $inst, client_addr => $addr, tls => 'plaintext',
		    status => 'unknown') if $stage =~ /RCPT|DATA/;
	}
	$bed->say_('probes');
	one($bed, 'sender-verified', server => 'sender', addr => '127.0.4.' . $n++,
	    from => 's-verified@box.example.net');
	refuse($bed, 'sender-unverified', server => 'sender', addr => '127.0.4.' . $n++,
	    from => 'c550-unverified@box.example.net', stage => 'RCPT');
}

# The whole queue at once.
sub all_of_them {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my $srv = $srv{main};
	my %life;

	$bed->say_('the whole queue');
	for my $n (1 .. 4) {
		my $mid = Lab::Scenarios::mid('all-of-them');
		my $c = Lab::Scenarios::submit(server => $srv, addr => '127.0.4.150',
		    from => 's-all@sender.example.org', to => "later-all$n\@later.example.net", mid => $mid);
		$life{$mid} = [ $n, $c->queued ];
	}
	my $deferred = sub {
		my %d = map { $_ => 1 } $bed->in_queue($inst, 'deferred');
		return scalar grep { $d{$_->[1]} } values %life;
	};
	$bed->wait_for('deferrals', 60, sub { $deferred->() == 4 });
	$bed->postsuper($inst, '-h', 'ALL', 'deferred');
	$deferred->() == 0 or die "lab: not all are held\n";
	$bed->postsuper($inst, '-H', 'ALL');
	$bed->postsuper($inst, '-r', 'ALL', 'deferred');
	# a new mail makes pickup look
	my $new = Lab::Scenarios::mid('after-all');
	$bed->sendmail($inst, "From: <s-after-all\@sender.example.org>\nMessage-ID: $new\n\nx\n",
	    '-f', 's-after-all@sender.example.org', 'u@in.example.net');
	$t->add(scenario => 'after-all', expect => 'message', message_id => $new,
	    instance => $inst, tls => 'local', status => 'sent');
	$t->add(scenario => 'after-all', expect => 'delivery', message_id => $new, instance => $inst,
	    to => 'u@in.example.net', status => 'sent', tls => 'plaintext', count => 1,
	    sink => 'box', needs_tag => 1);
	$bed->wait_for('requeued mail', 60, sub {
		my %seen;
		$seen{$_->{to}}++ for grep { $_->{ev} eq 'rcpt' } @{$t->seen};
		return !$bed->in_queue($inst, 'active') && !$bed->in_queue($inst, 'maildrop') &&
		    !grep { ($seen{"later-all$_\@later.example.net"} // 0) < 2 } 1 .. 4;
	});
	$bed->postsuper($inst, '-d', 'ALL', 'deferred');
	for my $mid (sort keys %life) {
		my %m = (scenario => 'all-of-them', expect => 'message', message_id => $mid,
		    instance => $inst, from => 's-all@sender.example.org');
		$t->add(%m, client_addr => '127.0.4.150', tls => 'plaintext', status => 'requeued');
		# the log says how many were deleted, not which
		$t->add(%m, status => 'deleted|deferred');
		$t->add(scenario => 'all-of-them', expect => 'delivery', message_id => $mid,
		    instance => $inst, to => "later-all$life{$mid}[0]\@later.example.net",
		    status => 'deferred', tls => 'plaintext', sink => 'later', needs_tag => 1,
		    count => 2);
		$t->add(scenario => 'all-of-them', expect => 'link', message_id => $mid, why => 'requeued');
	}
}

1;
