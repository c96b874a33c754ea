package Lab::Trouble;

# What goes wrong at a real site, or is only asked: block lists, address
# probes, a full disk, a queue file in two queues, a stop in mid-delivery,
# a filter before the queue that refuses, mail that loops.  Strangers are
# 127.0.5.N.

use strict;
use warnings;
use MIME::Base64;
use Time::HiRes qw(sleep time);
use Lab::Client;

my $inst = 'postfix-trouble';
my $ip = '127.0.0.19';
my $full = '127.0.0.20:2525';
my %srv = map { $_->[0] => "$ip:$_->[1]" }
    [ main => 2525 ], [ rbl => 2526 ], [ domain => 2527 ], [ screen => 2528 ],
    [ proxyrefused => 2529 ], [ proxydown => 2530 ], [ proxyhang => 2531 ],
    [ oldtls => 2532 ], [ filtered => 2533 ], [ proxyrcpt => 2534 ];
my $secret = 'user:secret';

sub sinks {
	Lab::Scenarios::sink('proxy-refuses', eod => '550 5.7.1 spam, says the filter', xforward => 1);
	Lab::Scenarios::sink('proxy-rcpt', rcpt => '450 4.7.1 filter is busy', xforward => 1);
	Lab::Scenarios::sink('proxy-hangs', hang => 'eod', xforward => 1);
	Lab::Scenarios::sink('mixed-lmtp', lmtp => 1);
	Lab::Scenarios::sink('mixed-lmtp-tls', lmtp => 1, tls => { cert => 'good' });
	Lab::Scenarios::sink('auth-bad', auth => '535 5.7.8 wrong password', tls => { cert => 'good' });
	Lab::Scenarios::sink('auth-good', auth => '235 2.7.0 welcome', tls => { cert => 'good' });
	Lab::Scenarios::sink('stopped', hang => 'eod', hangs => 1);
	Lab::Scenarios::sink('stopped-tls', hang => 'eod', hangs => 1, tls => { cert => 'good' });
	Lab::Scenarios::sink('eats', eod => '250 2.7.0 Ok, discarded, id=4711 - spam');
	Lab::Scenarios::sink('few', tls => { cert => 'good' });
}

# Addresses that are listed, and senders' domains.
sub names {
	my ($bed) = @_;
	my $ip = \%Lab::Scenarios::ip;

	return { (map { $_ => [ [ A => $ip->{$_} ] ] } keys %$ip),
	    (map { ("$_.5.0.127.dnsbl.example.net" => [ [ A => '127.0.0.2' ] ]) } 1, 2, 3),
	    'sender.example.org' => [ [ MX => [ 10, 'notices.example.net' ] ] ],
	    'nullmx.example.org' => [ [ MX => [ 0, '' ] ] ] };
}

sub instances {
	my ($bed) = @_;
	my $d = $bed->{dir};
	my $f = "$d/$inst/etc";
	my $svc = sub { join "\n  -o ", "$srv{$_[0]} inet n - n - - smtpd", @_[1 .. $#_] };
	my $proxy = sub { 'smtpd_proxy_filter=' . ($Lab::Scenarios::ip{"$_[0].example.net"} // '127.0.0.1') . ':' . ($_[1] // 2525) };
	my $tr = join '', map { "$_->[0] $_->[1]\n" }
	    [ 'in.example.net' => 'smtp:[box.example.net]:2525' ],
	    [ 'box.example.net' => 'smtp:[box.example.net]:2525' ],
	    (map { [ "$_.example.net" => "smtp:[$_.example.net]:2525" ] }
		qw(later tlsbox stopped stopped-tls)),
	    (map { [ "$_.example.net" => "lmtp:inet:[$_.example.net]:2525" ] } qw(mixed-lmtp mixed-lmtp-tls)),
	    (map { [ "$_.example.net" => "auth:[$_.example.net]:2525" ] } qw(auth-bad auth-good)),
	    [ 'few.example.net' => 'few:[few.example.net]:2525' ],
	    [ 'sender.example.org' => 'smtp:[notices.example.net]:2525' ];

	$bed->instance($inst, host => 'trouble.example.org', ip => $ip, transport => $tr,
	    main => {
		enable_long_queue_ids => 'no', relay_domains => 'in.example.net',
		mydestination => 'loop.example.org',
		alias_maps => "texthash:$f/aliases",
		smtp_connection_cache_on_demand => 'no',
		smtpd_recipient_restrictions => "check_recipient_access pcre:$f/rcpt",
		hopcount_limit => 10, smtpd_proxy_timeout => '1s',
		few_destination_recipient_limit => 2,
	    },
	    files => {
		rcpt => "/^hold-/ HOLD wait\n",
		aliases => "loop: loop\@loop.example.org\n",
		password => "[auth-bad.example.net]:2525 $secret\n[auth-good.example.net]:2525 $secret\n",
	    },
	    master => [
		$svc->('main'),
		$svc->('rbl', 'smtpd_recipient_restrictions=reject_rbl_client,dnsbl.example.net'),
		$svc->('domain', 'smtpd_sender_restrictions=reject_unknown_sender_domain'),
		"$srv{screen} inet n - n - 1 postscreen\n  -o postscreen_dnsbl_sites=dnsbl.example.net*2\n" .
		    "  -o postscreen_dnsbl_threshold=2\n  -o postscreen_dnsbl_action=enforce\n  -o postscreen_greet_wait=1s\n" .
		    "  -o postscreen_access_list=\n  -o postscreen_cache_map=",
		'smtpd pass - - n - - smtpd',
		$svc->('proxyrefused', $proxy->('proxy-refuses')),
		$svc->('proxyrcpt', $proxy->('proxy-rcpt')),
		$svc->('proxydown', $proxy->('nobody', 9)),
		$svc->('proxyhang', $proxy->('proxy-hangs')),
		$svc->('oldtls', 'smtpd_tls_protocols=>=TLSv1.2'),
		$svc->('filtered', 'content_filter=smtp:[eats.example.net]:2525'),
		"few unix - - n - - smtp",
		"auth unix - - n - - smtp\n  -o smtp_sasl_auth_enable=yes\n" .
		    "  -o smtp_sasl_password_maps=texthash:$f/password\n  -o smtp_sasl_security_options=noanonymous",
	    ]);
	# a queue that is nearly full
	mkdir "$d/postfix-full";
	mkdir "$d/postfix-full/q";
	Lab::Bed::run('mount', '-t', 'tmpfs', '-o', 'size=3m', 'full', "$d/postfix-full/q");
	$bed->instance('postfix-full', host => 'full.example.org', ip => '127.0.0.20', transport => $tr,
	    main => { enable_long_queue_ids => 'no', smtp_connection_cache_on_demand => 'no' },
	    master => [ "$full inet n - n - - smtpd",
		"127.0.0.20:2526 inet n - n - - smtpd\n  -o message_size_limit=1000000" ]);
	push @{$bed->{warm}}, [ $inst, $srv{main}, 'warm@mixed-lmtp-tls.example.net', 'mixed-lmtp-tls' ],
	    [ $inst, $srv{main}, 'warm@tlsbox.example.net', 'tlsbox' ];
}

sub add {
	my ($bed, $scn, $expect, %o) = @_;

	$bed->{truth}->add(scenario => $scn, expect => $expect, instance => $inst, %o);
}

# One message; what becomes of each recipient: [ TO, STATUS, TLS, SINK ].
sub one {
	my ($bed, $scn, $message, $rcpt, %o) = @_;
	my $mid = Lab::Scenarios::mid($scn);
	my $from = $o{from} //= "s-$scn\@sender.example.org";
	my $addr = $o{addr} //= '127.0.3.6';
	my $c = Lab::Scenarios::submit(%o, server => $srv{$o{server} // 'main'}, mid => $mid,
	    to => [ map { $_->[0] } @$rcpt ]);

	add($bed, $scn, 'message', message_id => $mid, from => $from, client_addr => $addr,
	    tls => $o{in} // 'plaintext', status => $message, host => 'trouble.example.org');
	add($bed, $scn, 'delivery', message_id => $mid, to => $_->[0], status => $_->[1],
	    tls => $_->[2], count => $_->[4] // 1, sink => $_->[3],
	    needs_tag => $_->[2] eq 'plaintext' || undef,
	    tls_may_be_unknown => $o{unk}) for @$rcpt;
	return ($mid, $c->queued);
}

# A client that is turned away with CODE at RCPT, or at STAGE.
sub refuse {
	my ($bed, $scn, $server, $addr, $code, %o) = @_;
	my $from = $o{from} // "s-$scn\@sender.example.org";
	my $to = "u-$scn\@in.example.net";
	my $c = Lab::Client->new(to => $srv{$server}, from => $addr);

	$c->ehlo;
	my $got = $c->mail($from);
	$got = $c->rcpt($to) if $got =~ /^2/;
	($got) = $c->data_raw(Lab::Scenarios::text(from => $from, to => $to,
	    mid => Lab::Scenarios::mid($scn))) if $got =~ /^2/;
	my $said = $c->{text};
	$c->quit;
	$got eq $code or die "lab: $scn: $said\n";
	return if $o{silent};
	add($bed, $scn, 'reject', from => $from, to => $to, stage => 'RCPT',
	    reply_code => $code, client_addr => $addr, count => 1, %{$o{truth} // {}});
}

sub scenarios {
	my ($bed) = @_;

	$bed->say_('trouble');
	stop_in_delivery($bed);
	lists($bed);
	before_queue($bed);
	partly($bed);
	asked($bed);
	loops($bed);
	full_disk($bed);
	two_queues($bed);
}

# Postfix is stopped while a server has the message and has not answered.
sub stop_in_delivery {
	my ($bed) = @_;
	my @q;

	for my $x ([ 'stopped', 'plaintext' ], [ 'stopped-tls', 'encrypted' ]) {
		my ($sink, $tls) = @$x;
		# nothing has shown yet, after the start, that TLS is logged
		one($bed, $sink, 'sent', [ [ "u\@$sink.example.net", 'sent', $tls, $sink ] ],
		    unk => $tls eq 'plaintext' || undef);
	}
	$bed->wait_for('mail at the servers that hang', 30, sub {
		2 == grep { $_->{ev} eq 'hang' && $_->{sink} =~ /^stopped/ } @{$bed->{truth}->seen};
	});
	$bed->stop($inst);
	$bed->start($inst);
	# the queue manager finds what was active, and knows nothing of the try
	local $bed->{warm} = [ grep { $_->[0] eq $inst } @{$bed->{warm}} ];
	Lab::Scenarios::warm($bed);
	$bed->flush($inst);
	$bed->wait_sinks('what was stopped');
}

# Lists of clients and domains.
sub lists {
	my ($bed) = @_;

	refuse($bed, 'rbl-listed', 'rbl', '127.0.5.1', '554');
	one($bed, 'rbl-not-listed', 'sent', [ [ 'u-rbl@in.example.net', 'sent', 'plaintext', 'box' ] ],
	    server => 'rbl', addr => '127.0.5.9');
	refuse($bed, 'domain-unknown', 'domain', '127.0.5.10', '450', from => 's-absent@absent.example.org');
	refuse($bed, 'domain-null-mx', 'domain', '127.0.5.11', '550', from => 's-nullmx@nullmx.example.org');
	one($bed, 'domain-known', 'sent', [ [ 'u-domain@in.example.net', 'sent', 'plaintext', 'box' ] ],
	    server => 'domain', addr => '127.0.5.12');
	refuse($bed, 'screen-listed', 'screen', '127.0.5.2', '550');
	one($bed, 'screen-not-listed', 'sent', [ [ 'u-screen@in.example.net', 'sent', 'plaintext', 'box' ] ],
	    server => 'screen', addr => '127.0.5.13');
	# a client too old for the server's protocols
	my $c = Lab::Client->new(to => $srv{oldtls}, from => '127.0.5.14');
	$c->ehlo;
	eval { $c->starttls(v => 'TLSv1_1') } and die "lab: TLS 1.1 is taken\n";
	$c->cut;
	one($bed, 'after-old-tls', 'sent', [ [ 'u-old@in.example.net', 'sent', 'plaintext', 'box' ] ],
	    server => 'oldtls', addr => '127.0.5.14');
}

# A filter before the queue.
sub before_queue {
	my ($bed) = @_;

	refuse($bed, 'proxy-refuses', 'proxyrefused', '127.0.5.20', '550', truth => { stage => 'END-OF-MESSAGE' });
	# what stops the mail before its end is only warned of
	refuse($bed, 'proxy-rcpt', 'proxyrcpt', '127.0.5.21', '450', silent => 1);
	refuse($bed, 'proxy-down', 'proxydown', '127.0.5.22', '451', silent => 1);
	refuse($bed, 'proxy-hangs', 'proxyhang', '127.0.5.23', '451', truth => { stage => 'END-OF-MESSAGE' });
	# one after the queue that takes the mail and drops it
	one($bed, 'filter-eats', 'sent', [ [ 'u-eaten@in.example.net', 'sent', 'plaintext', 'eats' ] ],
	    server => 'filtered', addr => '127.0.5.24');
}

# Recipients of one connection that fare differently.
sub partly {
	my ($bed) = @_;

	for my $x ([ 'mixed-lmtp', 'plaintext' ], [ 'mixed-lmtp-tls', 'encrypted' ]) {
		my ($scn, $tls) = @$x;
		one($bed, $scn, 'mixed', [ [ "ok\@$scn.example.net", 'sent', $tls, $scn ],
		    [ "full-552-b\@$scn.example.net", 'bounced', $tls ],
		    [ "full-452-d\@$scn.example.net", 'deferred', $tls ],
		    [ "c550-r\@$scn.example.net", 'bounced', $tls, $scn ] ]);
	}
	one($bed, 'recipient-limit', 'sent', [ map { [ "r$_\@few.example.net", 'sent', 'encrypted', 'few' ] } 1 .. 5 ]);
	one($bed, 'auth-refused', 'deferred', [ [ 'u@auth-bad.example.net', 'deferred', 'encrypted' ] ]);
	one($bed, 'auth-taken', 'sent', [ [ 'u@auth-good.example.net', 'sent', 'encrypted', 'auth-good' ] ]);
}

# Addresses that are only asked about; a report for the asking.
sub asked {
	my ($bed) = @_;

	for my $x ([ 'asked-yes', 'yes', 'deliverable' ], [ 'asked-no', 'c550-no', 'undeliverable' ],
	    [ 'asked-wait', 'c450-wait', 'undeliverable' ]) {
		my ($scn, $lp, $status) = @$x;
		my $from = "s-$scn\@sender.example.org";
		$bed->sendmail($inst, '', '-bv', '-f', $from, "$lp-asked\@box.example.net");
		add($bed, $scn, 'message', from => $from, tls => 'local', status => $status);
		add($bed, $scn, 'delivery', to => "$lp-asked\@box.example.net", status => $status,
		    tls => 'plaintext', needs_tag => 1);
	}
	my $mid = Lab::Scenarios::mid('told');
	$bed->sendmail($inst, "From: <s-told\@sender.example.org>\nMessage-ID: $mid\n\nx\n",
	    '-v', '-f', 's-told@sender.example.org', 'u-told@box.example.net');
	add($bed, 'told', 'message', message_id => $mid, from => 's-told@sender.example.org',
	    tls => 'local', status => 'sent');
	add($bed, 'told', 'delivery', message_id => $mid, to => 'u-told@box.example.net',
	    status => 'sent', tls => 'plaintext', count => 1, sink => 'box', needs_tag => 1);
}

# Mail that goes round.
sub loops {
	my ($bed) = @_;
	my @hops = map { sprintf "Received: from a by b; Tue, 24 Nov 2026 10:00:%02d +0000", $_ } 0 .. 20;

	my $mid = Lab::Scenarios::mid('hops');
	my $c = Lab::Scenarios::submit(server => $srv{main}, addr => '127.0.5.40', mid => $mid, stay => 1,
	    from => 's-hops@sender.example.org', to => 'u-hops@in.example.net', headers => \@hops, lax => 1);
	$c->{code} =~ /^5/ or die "lab: hops: $c->{text}\n";
	$c->quit;
	add($bed, 'hops', 'message', message_id => $mid, client_addr => '127.0.5.40', tls => 'plaintext',
	    status => 'rejected');
	add($bed, 'hops', 'reject', client_addr => '127.0.5.40', count => 1);
	one($bed, 'loop', 'bounced', [ [ 'loop@loop.example.org', 'bounced', 'local' ] ],
	    headers => [ 'Delivered-To: loop@loop.example.org' ]);
}

# No room in the queue.
sub full_disk {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my %in = (instance => 'postfix-full');
	my $c = Lab::Client->new(to => $full, from => '127.0.5.30');

	$c->ehlo;
	$c->mail('s-no-room@sender.example.org') eq '452' or die "lab: no room: $c->{text}\n";
	$c->quit;
	$t->add(scenario => 'no-room', expect => 'reject', %in,
	    stage => 'MAIL', reply_code => '452', client_addr => '127.0.5.30', count => 1);
	# room enough when it begins
	my $mid = Lab::Scenarios::mid('write-error');
	$c = Lab::Client->new(to => '127.0.0.20:2526', from => '127.0.3.7');
	$c->ehlo;
	$c->mail('s-write-error@sender.example.org') =~ /^2/ or die "lab: write error: $c->{text}\n";
	$c->rcpt('u-write-error@box.example.net');
	Lab::Bed::put("$bed->{dir}/postfix-full/q/filler", 'x' x 2_900_000);
	$c->data_raw(Lab::Scenarios::text(from => 's-write-error@sender.example.org',
	    to => 'u-write-error@box.example.net', mid => $mid, body => join("\r\n", ('x' x 70) x 9000)));
	$c->{code} =~ /^4/ or die "lab: write error: $c->{text}\n";
	$c->quit;
	unlink "$bed->{dir}/postfix-full/q/filler";
	$t->add(scenario => 'write-error', expect => 'message', %in, message_id => $mid,
	    client_addr => '127.0.3.7', tls => 'plaintext', status => 'unknown');
	# and room again
	$mid = Lab::Scenarios::mid('room-again');
	Lab::Scenarios::submit(server => '127.0.0.20:2526', addr => '127.0.3.6', mid => $mid,
	    from => 's-room@sender.example.org', to => 'u-room@box.example.net');
	$t->add(scenario => 'room-again', expect => 'message', %in, message_id => $mid,
	    from => 's-room@sender.example.org', client_addr => '127.0.3.6', tls => 'plaintext', status => 'sent');
	$t->add(scenario => 'room-again', expect => 'delivery', %in, message_id => $mid,
	    to => 'u-room@box.example.net', status => 'sent', tls => 'plaintext', count => 1,
	    sink => 'box', tls_may_be_unknown => 1);
}

# The same queue file in the queues of two instances on one host.
sub two_queues {
	my ($bed) = @_;
	my $t = $bed->{truth};
	my $mid = Lab::Scenarios::mid('two-queues');
	my $from = 's-two-queues@sender.example.org';
	my $to = 'hold-two@box.example.net';
	my $c = Lab::Scenarios::submit(server => $srv{main}, addr => '127.0.3.6', mid => $mid,
	    from => $from, to => $to);
	my $qid = $c->queued;
	my ($a, $b) = map { "$bed->{dir}/$_/q" } $inst, 'postfix-full';

	$bed->wait_for('the held file', 10, sub { -s "$a/hold/$qid" });
	Lab::Bed::run('cp', '-p', "$a/hold/$qid", "$b/incoming/$qid");
	$bed->flush('postfix-full');
	$bed->postsuper($inst, '-H', $qid);
	$bed->flush($inst, $qid);
	add($bed, 'two-queues', 'message', message_id => $mid, from => $from,
	    client_addr => '127.0.3.6', tls => 'plaintext', status => 'sent');
	add($bed, 'two-queues', 'delivery', message_id => $mid, to => $to, status => 'sent',
	    tls => 'plaintext', count => 1, sink => 'box', needs_tag => 1);
	$t->add(scenario => 'two-queues', expect => 'message', instance => 'postfix-full',
	    from => $from, tls => 'unknown', status => 'sent');
	$t->add(scenario => 'two-queues', expect => 'delivery', instance => 'postfix-full',
	    to => $to, status => 'sent', tls => 'plaintext', tls_may_be_unknown => 1);
	$bed->wait_for('both copies', 30, sub {
		2 == grep { ($_->{mid} // '') eq $mid && $_->{ev} eq 'msg' } @{$t->seen};
	});
}

1;
