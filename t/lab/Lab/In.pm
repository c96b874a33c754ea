package Lab::In;

# Inbound: the SMTP server, postscreen, filters, refusals.

use strict;
use warnings;
use IO::Socket::UNIX;
use MIME::Base64;
use POSIX ();
use Time::HiRes qw(sleep time);

my $inst = 'postfix';
my $ip = '127.0.0.11';
my %srv = map { $_->[0] => "$ip:$_->[1]" }
    [ main => 2525 ], [ early => 2526 ], [ quiet => 2527 ], [ filtered => 2528 ],
    [ piped => 2529 ], [ proxied => 2530 ], [ screen => 2531 ], [ cert => 2532 ],
    [ strict => 2533 ], [ edge => 2534 ], [ eod => 2535 ], [ small => 2536 ],
    [ smtps => 2465 ], [ wrapped => 2466 ], [ submission => 2587 ],
    [ impatient => 2537 ], [ probe => 2538 ], [ warned => 2539 ], [ quietwrap => 2467 ];

sub sinks {
	Lab::Scenarios::sink('filter', xforward => 1, filter => "$ip:10026");
	Lab::Scenarios::sink('proxy', xforward => 1, filter => "$ip:10027:verbatim");
}

sub instances {
	my ($bed) = @_;
	my $d = $bed->{dir};
	my $hop = sub { Lab::Scenarios::hop($bed, @_) };
	my $sink = sub { $Lab::Scenarios::ip{"$_[0].example.net"} . ':2525' };
	my $svc = sub {
		my ($name, @o) = @_;
		return "$srv{$name} inet n - n - - smtpd" .
		    join '', map { "\n  -o $_" } @o;
	};

	Lab::Bed::put("$d/resubmit", <<"END", 0755);
#!/usr/bin/perl
# Give the mail to the bed, which may use another configuration directory.
use IO::Socket::UNIX;
my \$s = IO::Socket::UNIX->new("$d/resubmit.sock") or exit 75;
print \$s join(' ', \@ARGV), "\\n", <STDIN>;
\$s->shutdown(1);
my \$ok = <\$s>;
exit(\$ok eq "ok\\n" ? 0 : 75);
END
	my $tr = join '', 'box.example.net relay:' . $hop->('box.example.net', 2525) . "\n",
	    'tlsbox.example.net relay:' . $hop->('tlsbox.example.net', 2525) . "\n",
	    'smtp-tlsbox.example.net smtp:' . $hop->('tlsbox.example.net', 2525) . "\n",
	    'in.example.net relay:' . $hop->('box.example.net', 2525) . "\n",
	    'sender.example.org smtp:' . $hop->('notices.example.net', 2525) . "\n",
	    'deferred.example.net relay:' . $hop->('later.example.net', 2525) . "\n";
	my $f = "$d/postfix/etc";
	$bed->instance($inst, host => 'mx.example.org', ip => $ip,
	    transport => $tr,
	    main => {
		mydestination => 'local.example.org',
		local_recipient_maps => "texthash:$f/users",
		relay_domains => 'in.example.net box.example.net deferred.example.net',
		smtpd_delay_reject => 'yes',
		smtpd_recipient_restrictions => 'reject_unlisted_recipient,' .
		    "check_client_access texthash:$f/client,check_helo_access texthash:$f/helo," .
		    "check_sender_access pcre:$f/sender,check_recipient_access pcre:$f/rcpt",
		smtpd_data_restrictions => 'reject_multi_recipient_bounce',
		smtpd_etrn_restrictions => 'reject',
		header_checks => "pcre:$f/header",
		nested_header_checks => '',
		body_checks => "pcre:$f/body",
		smtpd_authorized_xforward_hosts => '127.0.0.0/8',
		smtpd_sasl_type => 'dovecot', smtpd_sasl_path => "$d/auth.sock",
		postscreen_greet_wait => '2s', postscreen_greet_action => 'enforce',
		postscreen_access_list => '',
		postscreen_bare_newline_enable => 'yes',
		postscreen_bare_newline_action => 'enforce',
		postscreen_non_smtp_command_enable => 'yes',
		postscreen_pipelining_enable => 'yes',
		postscreen_pipelining_action => 'enforce',
		postscreen_cache_map => "btree:$d/postfix/data/screen",
		address_verify_map => "btree:$d/postfix/data/verify",
		address_verify_poll_delay => '1s',
		enable_long_queue_ids => 'no',
	    },
	    files => {
		users => "anna x\nbert x\n",
		client => "127.0.2.40 REJECT client not welcome\n127.0.2.41 450 4.7.1 come back later\n",
		helo => "bad.helo.example REJECT bad helo\n",
		sender => "/^warned\@/ WARN sender is watched\n/^refused\@/ REJECT sender refused\n" .
		    "/^held\@/ HOLD held for review\n/^dropped\@/ DISCARD quietly\n",
		rcpt => "/^filter-me\@/ FILTER relay:" . $hop->('box.example.net', 2525) . "\n" .
		    "/^hold-me\@/ HOLD\n/^redirect-me\@/ REDIRECT elsewhere\@in.example.net\n" .
		    "/^bcc-me\@/ BCC copy\@in.example.net\n/^prepend-me\@/ PREPEND X-Lab: yes\n" .
		    "/^discard-me\@/ DISCARD\n/^reject-me\@/ 550 5.7.1 no; from=<x\@example.org> to=<y\@example.org> proto=ESMTP helo=<z>\n" .
		    "/^defer-me\@/ DEFER later please\n/^odd name\@/ REJECT odd\n",
		header => "/^Subject: lab-reject/ REJECT header refused\n/^Subject: lab-warn/ WARN noticed\n" .
		    "/^Subject: lab-hold/ HOLD kept\n/^Subject: lab-discard/ DISCARD gone\n" .
		    "/^Subject: lab-replace/ REPLACE Subject: replaced\n/^Subject: lab-redirect/ REDIRECT redirected\@in.example.net\n" .
		    "/^Subject: lab-prepend/ PREPEND X-Lab: yes\n/^Subject: lab-filter/ FILTER relay:" . $hop->('box.example.net', 2525) . "\n",
		body => "/^lab body reject/ REJECT body refused\n",
		quiet => "127.0.2.57 REJECT no mail at its end\n",
		early => "127.0.2.20 REJECT go away\n",
		earlysender => "/^early\@/ REJECT no such sender\n",
	    },
	    master => [
		$svc->('main'),
		$svc->('early', 'smtpd_delay_reject=no',
		    "smtpd_client_restrictions=check_client_access,texthash:$f/early",
		    "smtpd_helo_restrictions=check_helo_access,texthash:$f/helo",
		    "smtpd_sender_restrictions=check_sender_access,pcre:$f/earlysender"),
		$svc->('quiet', 'smtpd_tls_loglevel=0'),
		$svc->('filtered', "content_filter=filter:[" . ($bed->{names} ? 'filter.example.net' : $Lab::Scenarios::ip{'filter.example.net'}) . ']:2525',
		    'receive_override_options=no_address_mappings'),
		'filter unix - - n - - smtp
  -o syslog_name=postfix/filter
  -o smtp_send_xforward_command=yes
  -o smtp_tls_security_level=none
  -o smtp_tls_policy_maps=',
		"$ip:10026 inet n - n - - smtpd
  -o syslog_name=postfix/reinject
  -o content_filter=
  -o smtpd_recipient_restrictions=permit_mynetworks,reject
  -o mynetworks=127.0.0.0/8",
		$svc->('piped', 'content_filter=resubmit:dummy'),
		"resubmit unix - n n - - pipe
  flags=Rq user=nobody argv=$d/resubmit \${sender} \${recipient}",
		$svc->('proxied', 'smtpd_proxy_filter=' . $sink->('proxy')),
		"$ip:10027 inet n - n - - smtpd
  -o syslog_name=postfix/after
  -o smtpd_proxy_filter=
  -o smtpd_recipient_restrictions=permit_mynetworks,reject
  -o mynetworks=127.0.0.0/8",
		"$srv{screen} inet n - n - 1 postscreen",
		'smtpd pass - - n - - smtpd',
		$svc->('cert', 'smtpd_tls_ask_ccert=yes', 'smtpd_client_port_logging=yes'),
		$svc->('strict', 'smtpd_hard_error_limit=3', 'smtpd_soft_error_limit=2'),
		$svc->('edge', 'syslog_name=postfix-edge'),
		$svc->('eod', "smtpd_end_of_data_restrictions=check_client_access,texthash:$f/quiet"),
		$svc->('small', 'message_size_limit=2000'),
		$svc->('smtps', 'syslog_name=postfix/smtps', 'smtpd_tls_wrappermode=yes'),
		$svc->('wrapped', 'smtpd_tls_wrappermode=yes'),
		$svc->('quietwrap', 'syslog_name=postfix/submissions', 'smtpd_tls_wrappermode=yes', 'smtpd_tls_loglevel=0'),
		$svc->('submission', 'syslog_name=postfix/submission', 'smtpd_sasl_auth_enable=yes',
		    'smtpd_tls_security_level=encrypt', 'smtpd_tls_auth_only=yes',
		    'smtpd_relay_restrictions=permit_sasl_authenticated,reject',
		    'mynetworks=127.0.0.1'),
		$svc->('probe', 'smtpd_recipient_restrictions=reject_unverified_recipient'),
		$svc->('warned', "smtpd_recipient_restrictions=warn_if_reject,check_sender_access,pcre:$f/sender"),
		$svc->('impatient', 'smtpd_timeout=1s'),
	    ]);
	push @{$bed->{warm}}, [ $inst, $srv{main}, 'warm@tlsbox.example.net', 'tlsbox' ],
	    [ $inst, $srv{main}, 'warm@smtp-tlsbox.example.net', 'tlsbox' ];
	helpers($bed);
}

# A Dovecot auth server that knows one user, and the resubmitter.
sub helpers {
	my ($bed) = @_;
	my $d = $bed->{dir};
	my %l;

	for my $n ('auth', 'resubmit') {
		unlink "$d/$n.sock";
		$l{$n} = IO::Socket::UNIX->new(Local => "$d/$n.sock", Listen => 20)
		    or die "lab: $n.sock: $!\n";
		chmod 0666, "$d/$n.sock";
	}
	my $pid = fork // die "lab: fork: $!\n";
	if ($pid) {
		push @{$bed->{pids}}, $pid;
		return;
	}
	$SIG{CHLD} = 'IGNORE';
	$SIG{TERM} = sub { POSIX::_exit(0) };
	setpgrp;
	my $sel = IO::Select->new(values %l);
	while (1) {
		for my $s ($sel->can_read) {
			my $c = $s->accept or next;
			my $auth = $s == $l{auth};
			my $p = fork;
			next if !defined $p || $p;
			local $SIG{CHLD} = 'DEFAULT';
			eval { $auth ? dovecot($c) : resubmit($bed, $c) };
			POSIX::_exit(0);
		}
	}
}

sub dovecot {
	my ($c) = @_;

	syswrite $c, "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nMECH\tLOGIN\tplaintext\n" .
	    "SPID\t$$\nCUID\t1\nCOOKIE\t0123456789abcdef0123456789abcdef\nDONE\n";
	while (my $l = <$c>) {
		my ($id, $mech) = $l =~ /^AUTH\t(\d+)\t(\w+)/ or next;
		my ($resp) = $l =~ /\bresp=(\S+)/;
		my (undef, $user, $pass) = split /\0/, decode_base64($resp // '');
		syswrite $c, ($pass // '') eq 'secret' ? "OK\t$id\tuser=$user\n"
		    : "FAIL\t$id\tuser=" . ($user // '') . "\treason=no such luck\n";
	}
}

sub resubmit {
	my ($bed, $c) = @_;
	my ($from, @to) = split ' ', scalar <$c>;
	my $text = join '', <$c>;

	$bed->sendmail($inst, $text, '-G', '-i', '-f', $from, @to);
	print $c "ok\n";
}

# One message that arrives and goes on to a sink in plain.
sub want {
	my ($bed, $scn, %o) = @_;
	my $t = $bed->{truth};

	$t->add(scenario => $scn, expect => 'message', message_id => $o{nomid} ? undef : $o{mid},
	    instance => $inst, from => $o{from}, client_addr => $o{addr},
	    sasl_user => $o{sasl_user}, tls => $o{in} // 'plaintext',
	    tls_version => $o{version}, status => $o{message} // 'sent',
	    host => 'mx.example.org', tls_may_be_unknown => $o{unk_in},
	    needs_tag => $o{tag_in});
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
	$o{addr} //= '127.0.2.1';
	my $c = Lab::Scenarios::submit(%o, server => $srv{$o{server} // 'main'});
	$o{version} //= $c->{version} if ($o{in} // '') =~ /^(enc|auth)/ && !$o{noversion};
	want($bed, $scn, %o) unless $o{silent};
	return $c;
}

# A session that is refused at STAGE.
sub refuse {
	my ($bed, $scn, $addr, $server, $stage, $code, %o) = @_;
	my $from = $o{from} // "s-$scn\@sender.example.org";
	my $to = $o{to} // "u-$scn\@in.example.net";
	my $c = Lab::Client->new(to => $srv{$server}, from => $addr);

	SESSION: {
		last if $stage eq 'CONNECT' && $c->{code} !~ /^2/;
		last if $c->ehlo($o{helo}) !~ /^2/;
		last if $c->mail($from, $o{mailopt} // '') !~ /^2/;
		last if $stage eq 'MAIL';
		my $last;
		$last = $c->rcpt($_) for ref $to ? @$to : $to;
		last if $last !~ /^2/;
		$c->data_raw(Lab::Scenarios::text(from => $from, to => $to,
		    mid => $o{mid}, subject => $o{subject}, body => $o{body}));
	}
	my $got = $c->{code};
	my $said = $c->{text};
	$c->quit;
	die "lab: $scn: $said where $code was due\n" if $got ne $code;
	$bed->{truth}->add(scenario => $scn, expect => 'reject', instance => $inst,
	    from => $stage =~ /^(CONNECT|HELO|EHLO)$/ ? undef : $from,
	    to => $stage =~ /^(RCPT|DATA|END-OF-MESSAGE)$/ && !ref $to ? $to : undef,
	    stage => $stage, reply_code => $code, client_addr => $addr, count => 1,
	    %{$o{truth} // {}});
}

sub scenarios {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my $d = $bed->{dir};

	$bed->say_('inbound');
	my $screen = screen_start($bed);
	one($bed, 'in-plain');
	one($bed, 'in-named', addr => '127.0.2.2', helo => 'h2.client.example.com');
	one($bed, "in-tls$_->[0]", starttls => { v => $_->[1] }, in => 'encrypted')
	    for [ 10, 'TLSv1' ], [ 11, 'TLSv1_1' ], [ 12, 'TLSv1_2' ], [ 13, 'TLSv1_3' ];
	one($bed, 'in-cert-trusted', server => 'cert', in => 'authenticated|encrypted',
	    starttls => { cert => "$d/tls/client" });
	one($bed, 'in-cert-unknown', server => 'cert', in => 'encrypted',
	    starttls => { cert => "$d/tls/stranger" });
	one($bed, 'in-port-logging', server => 'cert', addr => '127.0.2.3');
	one($bed, 'in-smtps', server => 'smtps', wrapper => { v => 'TLSv1_2' }, in => 'encrypted');
	one($bed, 'in-wrapper-plain-tag', server => 'wrapped', wrapper => { v => 'TLSv1_3' }, in => 'encrypted');
	one($bed, 'in-wrapper-level0', server => 'quietwrap', wrapper => { v => 'TLSv1_3' },
	    in => 'encrypted', noversion => 1, tag_in => 1);
	one($bed, 'in-level0-tls', server => 'quiet', starttls => { v => 'TLSv1_3' },
	    in => 'encrypted', noversion => 1);
	one($bed, 'in-level0-plain', server => 'quiet');
	one($bed, 'in-edge-tag', server => 'edge', starttls => {}, in => 'encrypted', addr => '127.0.2.4');

	# submission with a good and a bad password
	my $auth = sub { encode_base64("\0$_[0]\0$_[1]", '') };
	one($bed, 'submission', server => 'submission', starttls => {}, in => 'encrypted',
	    auth => $auth->('user one', 'secret'), sasl_user => 'user one', addr => '127.0.2.5');
	my $c = Lab::Client->new(to => $srv{submission}, from => '127.0.2.6');
	$c->ehlo;
	$c->starttls;
	$c->cmd('AUTH PLAIN ' . $auth->('mallory', 'guess')) eq '535' or die "lab: AUTH: $c->{text}\n";
	$c->mail('s-auth-failed@sender.example.org');
	$c->rcpt('u-auth-failed@in.example.net') =~ /^5/ or die "lab: unauthenticated mail is taken\n";
	$c->quit;
	$t->add(scenario => 'auth-failed', expect => 'reject', instance => $inst,
	    from => 's-auth-failed@sender.example.org', to => 'u-auth-failed@in.example.net',
	    stage => 'RCPT', reply_code => '554', client_addr => '127.0.2.6', count => 1);

	# several messages in a session
	for my $s ([ 'in-session', undef, 'plaintext', '127.0.2.7' ],
	    [ 'in-session-tls', {}, 'encrypted', '127.0.2.8' ]) {
		my ($scn, $tls, $in, $addr) = @$s;
		my $c = Lab::Client->new(to => $srv{main}, from => $addr);
		$c->ehlo;
		$c->starttls(%$tls) if $tls;
		for my $n (1 .. 4) {
			one($bed, $scn, client => $c, addr => $addr, in => $in,
			    to => "u$n-$scn\@in.example.net",
			    from => "s$n-$scn\@sender.example.org");
			if ($n == 2) {
				$c->mail("reset-$scn\@sender.example.org");
				$c->rcpt("reset-$scn\@in.example.net");
				$c->cmd('RSET');
				$t->add(scenario => $scn, expect => 'message',
				    instance => $inst, client_addr => $addr,
				    tls => $in, status => 'unknown');
			}
		}
		$c->quit;
	}
	# a message before and one after STARTTLS in the same session
	$c = Lab::Client->new(to => $srv{main}, from => '127.0.2.9');
	$c->ehlo;
	one($bed, 'in-late-starttls', client => $c, addr => '127.0.2.9', to => 'before@in.example.net');
	$c->starttls;
	one($bed, 'in-late-starttls', client => $c, addr => '127.0.2.9', to => 'after@in.example.net', in => 'encrypted');
	$c->quit;

	# BDAT
	$c = Lab::Client->new(to => $srv{main}, from => '127.0.2.10');
	$c->ehlo;
	my $mid = Lab::Scenarios::mid('bdat');
	$c->mail('s-bdat@sender.example.org');
	$c->rcpt('u-bdat@in.example.net');
	my $text = Lab::Scenarios::text(from => 's-bdat@sender.example.org',
	    to => 'u-bdat@in.example.net', mid => $mid);
	my $half = int(length($text) / 2);
	$c->raw("BDAT $half\r\n" . substr($text, 0, $half));
	($c->reply)[0] eq '250' or die "lab: BDAT\n";
	$c->raw('BDAT ' . (length($text) - $half) . " LAST\r\n" . substr($text, $half));
	($c->reply)[0] eq '250' or die "lab: BDAT LAST\n";
	$c->quit;
	want($bed, 'bdat', mid => $mid, from => 's-bdat@sender.example.org',
	    to => 'u-bdat@in.example.net', addr => '127.0.2.10');

	# odd addresses
	one($bed, 'in-null-sender', from => '', addr => '127.0.2.11');
	one($bed, 'in-quoted', from => '"a b, c"@sender.example.org', to => '"d > e"@in.example.net', addr => '127.0.2.12');
	one($bed, 'in-long-header', addr => '127.0.2.13', headers => [ 'X-Long: ' . 'x' x 900 ],
	    subject => 'status=sent (250 ok) to=<x@example.net>, relay=none');
	one($bed, 'in-many-rcpt', addr => '127.0.2.14', to => [ map { "m$_\@in.example.net" } 1 .. 20 ]);
	one($bed, 'helo-imitates', addr => '127.0.2.15', helo => 'a]b> client=x[127.0.0.1]');

	filters($bed);
	refusals($bed);
	actions($bed);
	bad_clients($bed);
	screen_end($bed, $screen);
}

# After-queue, pipe and before-queue filters.
sub filters {
	my ($bed) = @_;
	my $t = $bed->{truth};

	for my $x ([ 'filter-smtp', 'filtered', 'filter', undef, '127.0.2.16' ],
	    [ 'filter-smtp-tls', 'filtered', 'filter', {}, '127.0.2.17' ]) {
		my ($scn, $server, $sink, $tls, $addr) = @$x;
		my $mid = Lab::Scenarios::mid($scn);
		my $to = "u-$scn\@in.example.net";
		my $from = "s-$scn\@sender.example.org";
		my $c = one($bed, $scn, server => $server, mid => $mid, starttls => $tls,
		    addr => $addr, silent => 1);
		my $in = $tls ? 'encrypted' : 'plaintext';
		# XFORWARD: both lives have the outer client
		$t->add(scenario => $scn, expect => 'message', message_id => $mid,
		    instance => $inst, from => $from, client_addr => $addr, tls => $in,
		    tls_version => $c->{version}, status => 'sent');
		$t->add(scenario => $scn, expect => 'message', message_id => $mid,
		    instance => $inst, from => $from, tls => 'plaintext', status => 'sent');
		$t->add(scenario => $scn, expect => 'delivery', message_id => $mid,
		    instance => $inst, to => $to, status => 'sent', tls => 'plaintext',
		    count => 1, sink => 'box', needs_tag => 1);
		$t->add(scenario => $scn, expect => 'delivery', message_id => $mid,
		    instance => $inst, to => $to, status => 'sent', tls => 'plaintext',
		    count => 1, sink => 'filter', tls_may_be_unknown => 1);
		$t->add(scenario => $scn, expect => 'link', message_id => $mid,
		    why => 'orig-queue-id|queued-as');
	}
	my $scn = 'filter-pipe';
	my $mid = Lab::Scenarios::mid($scn);
	one($bed, $scn, server => 'piped', mid => $mid, addr => '127.0.2.18', silent => 1);
	$t->add(scenario => $scn, expect => 'message', message_id => $mid,
	    instance => $inst, from => "s-$scn\@sender.example.org", client_addr => '127.0.2.18',
	    tls => 'plaintext', status => 'sent');
	$t->add(scenario => $scn, expect => 'message', message_id => $mid,
	    instance => $inst, from => "s-$scn\@sender.example.org", tls => 'local', status => 'sent');
	$t->add(scenario => $scn, expect => 'delivery', message_id => $mid, instance => $inst,
	    to => "u-$scn\@in.example.net", status => 'sent', tls => 'local', count => 1);
	$t->add(scenario => $scn, expect => 'delivery', message_id => $mid, instance => $inst,
	    to => "u-$scn\@in.example.net", status => 'sent', tls => 'plaintext', count => 1,
	    sink => 'box', needs_tag => 1);
	$t->add(scenario => $scn, expect => 'link', message_id => $mid, why => 'message-id');

	$scn = 'filter-proxy';
	$mid = Lab::Scenarios::mid($scn);
	one($bed, $scn, server => 'proxied', mid => $mid, addr => '127.0.2.19', silent => 1);
	$t->add(scenario => $scn, expect => 'message', message_id => $mid,
	    instance => $inst, from => "s-$scn\@sender.example.org", tls => 'plaintext', status => 'sent');
	$t->add(scenario => $scn, expect => 'delivery', message_id => $mid, instance => $inst,
	    to => "u-$scn\@in.example.net", status => 'sent', tls => 'plaintext', count => 1,
	    sink => 'box', needs_tag => 1);
}

# Mail turned away, at every stage.
sub refusals {
	my ($bed) = @_;
	my $t = $bed->{truth};

	$bed->say_('refusals');
	refuse($bed, 'reject-connect', '127.0.2.20', 'early', 'CONNECT', '554');
	refuse($bed, 'reject-ehlo', '127.0.2.21', 'early', 'EHLO', '554', helo => 'bad.helo.example');
	refuse($bed, 'reject-mail', '127.0.2.22', 'early', 'MAIL', '554', from => 'early@sender.example.org');
	refuse($bed, 'reject-client', '127.0.2.40', 'main', 'RCPT', '554');
	refuse($bed, 'reject-client-450', '127.0.2.41', 'main', 'RCPT', '450');
	refuse($bed, 'reject-helo-delayed', '127.0.2.42', 'main', 'RCPT', '554', helo => 'bad.helo.example');
	refuse($bed, 'reject-sender', '127.0.2.43', 'main', 'RCPT', '554', from => 'refused@sender.example.org');
	refuse($bed, 'reject-imitates', '127.0.2.44', 'main', 'RCPT', '550', to => 'reject-me@in.example.net');
	refuse($bed, 'reject-defer', '127.0.2.45', 'main', 'RCPT', '450', to => 'defer-me@in.example.net');
	refuse($bed, 'reject-quoted', '127.0.2.46', 'main', 'RCPT', '554', to => '"odd name"@in.example.net',
	    from => '"s, x> to=<y"@sender.example.org');
	refuse($bed, 'relay-denied', '127.0.2.47', 'main', 'RCPT', '554', to => 'u@elsewhere.example.com');
	refuse($bed, 'user-unknown', '127.0.2.48', 'main', 'RCPT', '550', to => 'nobody-here@local.example.org');
	refuse($bed, 'reject-data', '127.0.2.49', 'main', 'DATA', '550', from => '',
	    to => [ 'r1-data@in.example.net', 'r2-data@in.example.net' ]);
	refuse($bed, 'reject-size', '127.0.2.50', 'small', 'MAIL', '552', mailopt => ' SIZE=999999');
	refuse($bed, 'reject-header', '127.0.2.51', 'main', 'END-OF-MESSAGE', '550',
	    mid => Lab::Scenarios::mid('reject-header'), subject => 'lab-reject; from=<x> to=<y>: z',
	    truth => { stage => undef, reply_code => undef });
	refuse($bed, 'reject-body', '127.0.2.52', 'main', 'END-OF-MESSAGE', '550',
	    mid => Lab::Scenarios::mid('reject-body'), body => 'lab body reject',
	    truth => { stage => undef, reply_code => undef });
	refuse($bed, 'reject-eod', '127.0.2.57', 'eod', 'END-OF-MESSAGE', '554',
	    mid => Lab::Scenarios::mid('reject-eod'));

	refuse($bed, 'reject-probed', '127.0.2.58', 'probe', 'RCPT', '450',
	    to => 'c550-probed@in.example.net');
	one($bed, 'warn-if-reject', server => 'warned', addr => '127.0.2.59',
	    from => 'refused@sender.example.org');

	# one recipient refused, one taken
	my $mid = Lab::Scenarios::mid('reject-one-of-two');
	one($bed, 'reject-one-of-two', mid => $mid, addr => '127.0.2.53', lax => 1,
	    to => [ 'first@in.example.net', 'reject-me@in.example.net' ],
	    dest => 'first@in.example.net', message => 'sent|mixed');
	$t->add(scenario => 'reject-one-of-two', expect => 'reject', instance => $inst,
	    from => 's-reject-one-of-two@sender.example.org', to => 'reject-me@in.example.net',
	    stage => 'RCPT', reply_code => '550', client_addr => '127.0.2.53', count => 1);

	# many refusals in a session
	my $c = Lab::Client->new(to => $srv{main}, from => '127.0.2.54');
	$c->ehlo;
	$c->mail('s-harvest@sender.example.org');
	$c->rcpt("guess$_\@local.example.org") for 1 .. 8;
	$c->quit;
	$t->add(scenario => 'harvest', expect => 'reject', instance => $inst,
	    from => 's-harvest@sender.example.org', to => "guess$_\@local.example.org",
	    stage => 'RCPT', reply_code => '550', client_addr => '127.0.2.54', count => 1)
	    for 1 .. 8;

	$c = Lab::Client->new(to => $srv{main}, from => '127.0.2.55');
	$c->ehlo;
	$c->cmd('ETRN example.com') =~ /^5/ or die "lab: ETRN: $c->{text}\n";
	$c->quit;
	$t->add(scenario => 'reject-etrn', expect => 'reject', instance => $inst,
	    stage => 'ETRN', reply_code => '554', client_addr => '127.0.2.55', count => 1);
	$c = Lab::Client->new(to => $srv{main}, from => '127.0.2.56');
	$c->ehlo;
	$c->cmd('VRFY <missing@local.example.org>') =~ /^5/ or die "lab: VRFY: $c->{text}\n";
	$c->quit;
	$t->add(scenario => 'reject-vrfy', expect => 'reject', instance => $inst,
	    stage => 'VRFY', reply_code => '550', client_addr => '127.0.2.56', count => 1);
}

# Access and header actions that let mail in.  What cleanup discards early
# has no message-id line: it is known by its client.
sub actions {
	my ($bed) = @_;
	my $t = $bed->{truth};

	$bed->say_('actions');
	one($bed, 'access-warn', addr => '127.0.2.60', from => 'warned@sender.example.org');
	one($bed, 'access-filter', addr => '127.0.2.61', to => 'filter-me@in.example.net');
	one($bed, 'access-redirect', addr => '127.0.2.62', to => 'redirect-me@in.example.net',
	    dest => 'elsewhere@in.example.net');
	one($bed, 'access-bcc', addr => '127.0.2.63', to => 'bcc-me@in.example.net',
	    dest => [ 'bcc-me@in.example.net', 'copy@in.example.net' ]);
	one($bed, 'access-prepend', addr => '127.0.2.64', to => 'prepend-me@in.example.net');
	one($bed, 'access-discard', addr => '127.0.2.65', to => 'discard-me@in.example.net',
	    nothing => 1, nomid => 1, message => 'discarded');
	one($bed, 'access-hold', addr => '127.0.2.66', to => 'hold-me@in.example.net',
	    nothing => 1, message => 'held');
	my $c = one($bed, 'hold-released', addr => '127.0.2.67', from => 'held@sender.example.org');
	$bed->postsuper($inst, '-H', $c->queued);
	$bed->flush($inst, $c->queued);
	one($bed, 'header-warn', addr => '127.0.2.68', subject => 'lab-warn');
	one($bed, 'header-replace', addr => '127.0.2.69', subject => 'lab-replace');
	one($bed, 'header-prepend', addr => '127.0.2.70', subject => 'lab-prepend');
	one($bed, 'header-redirect', addr => '127.0.2.71', subject => 'lab-redirect',
	    dest => 'redirected@in.example.net');
	one($bed, 'header-filter', addr => '127.0.2.72', subject => 'lab-filter');
	one($bed, 'header-discard', addr => '127.0.2.73', subject => 'lab-discard',
	    nothing => 1, nomid => 1, message => 'discarded');
	one($bed, 'header-hold', addr => '127.0.2.74', subject => 'lab-hold',
	    nothing => 1, message => 'held');
	$c = one($bed, 'header-hold-deleted', addr => '127.0.2.75', subject => 'lab-hold',
	    nothing => 1, message => 'deleted');
	$bed->postsuper($inst, '-d', $c->queued);
}

# Clients that leave early or talk nonsense.  They must not disturb others.
sub bad_clients {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my $n = 80;

	$bed->say_('bad clients');
	for my $stage (qw(CONNECT EHLO MAIL RCPT DATA)) {
		my $addr = '127.0.2.' . $n++;
		my $c = Lab::Client->new(to => $srv{main}, from => $addr);
		$c->ehlo if $stage ne 'CONNECT';
		$c->mail('lost@sender.example.org') if $stage =~ /MAIL|RCPT|DATA/;
		$c->rcpt('lost@in.example.net') if $stage =~ /RCPT|DATA/;
		if ($stage eq 'DATA') {
			$c->cmd('DATA');
			$c->raw("Subject: lost\r\n\r\nhalf a ");
		}
		$c->cut;
		# it has a queue ID, but never became a message
		$t->add(scenario => "after-lost-" . lc $stage, expect => 'message',
		    instance => $inst, client_addr => $addr, tls => 'plaintext',
		    status => 'unknown') if $stage =~ /RCPT|DATA/;
		one($bed, "after-lost-" . lc $stage, addr => $addr);
	}
	# too many errors
	my $c = Lab::Client->new(to => $srv{strict}, from => '127.0.2.86');
	$c->ehlo;
	for (1 .. 5) {
		last if $c->cmd('NONSENSE') =~ /^(421|000)/;
	}
	$c->cut;
	one($bed, 'after-errors', addr => '127.0.2.86');
	# a web client
	$c = Lab::Client->new(to => $srv{main}, from => '127.0.2.87');
	$c->cmd("GET / HTTP/1.1\r\nHost: mx.example.org");
	$c->cut;
	one($bed, 'after-non-smtp', addr => '127.0.2.87');
	# pipelining before EHLO's answer
	$c = Lab::Client->new(to => $srv{main}, from => '127.0.2.88');
	$c->raw("HELO client.example.com\r\nMAIL FROM:<pipe\@sender.example.org>\r\nRSET\r\nQUIT\r\n");
	$c->reply for 1 .. 4;
	$c->cut;
	one($bed, 'after-pipelining', addr => '127.0.2.88');
	# a client that breaks the handshake
	$c = Lab::Client->new(to => $srv{main}, from => '127.0.2.89');
	$c->ehlo;
	$c->cmd('STARTTLS');
	$c->raw("this is no TLS\r\n" x 5);
	$c->cut;
	one($bed, 'after-broken-tls', addr => '127.0.2.89');
	# STARTTLS fails, the session goes on without
	$c = Lab::Client->new(to => $srv{impatient}, from => '127.0.2.90');
	$c->ehlo;
	sleep 1.6;
	$c->cut;
	one($bed, 'after-timeout', addr => '127.0.2.90');
	# warnings only
	$c = Lab::Client->new(to => $srv{main}, from => '127.0.2.91');
	$c->ehlo;
	$c->cmd('MAIL FROM:<broken@@sender.example.org');
	$c->cmd('RCPT TO:nothing here');
	$c->quit;
	one($bed, 'after-bad-syntax', addr => '127.0.2.91');
}

# postscreen: its tests take seconds, so start them early.
sub screen_start {
	my ($bed) = @_;

	my $pass = Lab::Client->new(to => $srv{screen}, from => '127.0.2.30', nogreet => 1);
	my $pre = Lab::Client->new(to => $srv{screen}, from => '127.0.2.31', nogreet => 1);
	$pre->raw("EHLO early.example.com\r\n");
	return { pass => $pass, pre => $pre, at => time };
}

sub screen_end {
	my ($bed, $s) = @_;
	my $t = $bed->{truth};

	$bed->say_('postscreen');
	# spoke too early
	my $c = $s->{pre};
	$c->reply;
	$c->mail('s-pregreet@sender.example.org');
	$c->rcpt('u-pregreet@in.example.net');
	$c->quit;
	$t->add(scenario => 'screen-pregreet', expect => 'reject', instance => $inst,
	    from => 's-pregreet@sender.example.org', to => 'u-pregreet@in.example.net',
	    stage => 'RCPT', reply_code => '550', client_addr => '127.0.2.31', count => 1);
	# a new client passes the deep tests, and is asked to come back
	$c = $s->{pass};
	$c->reply;
	$c->ehlo;
	$c->mail('s-screen@sender.example.org');
	$c->rcpt('u-screen@in.example.net') eq '450' or die "lab: postscreen: $c->{text}\n";
	$c->quit;
	$t->add(scenario => 'screen-deep', expect => 'reject', instance => $inst,
	    from => 's-screen@sender.example.org', to => 'u-screen@in.example.net',
	    stage => 'RCPT', reply_code => '450', client_addr => '127.0.2.30', count => 1);
	sleep 0.2;
	one($bed, 'screen-pass', server => 'screen', addr => '127.0.2.30');
	one($bed, 'screen-pass-tls', server => 'screen', addr => '127.0.2.30',
	    starttls => {}, in => 'encrypted');
	# a client that fails a deep test, over TLS through tlsproxy
	$c = Lab::Client->new(to => $srv{screen}, from => '127.0.2.32');
	$c->ehlo;
	$c->starttls;
	$c->raw("NOOP\r\nNOOP\r\n");
	$c->reply;
	$c->mail('s-deep-tls@sender.example.org');
	$c->rcpt('u-deep-tls@in.example.net');
	my $code = $c->{code};
	$c->quit;
	$t->add(scenario => 'screen-deep-tls', expect => 'reject', instance => $inst,
	    from => 's-deep-tls@sender.example.org', to => 'u-deep-tls@in.example.net',
	    stage => 'RCPT', reply_code => $code, client_addr => '127.0.2.32', count => 1)
	    if $code =~ /^[45]/;
	# greeted, then HTTP
	$c = Lab::Client->new(to => $srv{screen}, from => '127.0.2.33');
	$c->cmd("GET / HTTP/1.0");
	$c->cut;
	# hangs up in the tests
	Lab::Client->new(to => $srv{screen}, from => '127.0.2.34', nogreet => 1)->cut;
}

1;
