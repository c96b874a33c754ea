package Lab::Newer;

# What Postfix can do since 3.11: the sender asks for TLS with a certificate
# all the way (REQUIRETLS), or that mail is sent without (TLS-Required: no);
# what the receiver gets to know of TLS (TLSRPT).  Left out where Postfix is
# older.

use strict;
use warnings;
use IO::Socket::UNIX;
use POSIX ();
use Socket;

my $inst = 'postfix-newer';
my $srv = '127.0.0.22:2525';

# name, sink, policy, status, what is true, more: header, relaxed (asked for,
# not demanded), report (neither; the domain wants reports).
my @cases = (
	[ 'matched', { tls => { cert => 'good' }, requiretls => 1 }, 'secure match=%', 'sent', 'authenticated' ],
	[ 'unmatched', { tls => { cert => 'wrong' }, requiretls => 1 }, 'secure match=%', 'bounced|deferred', 'refused' ],
	[ 'unchecked', { tls => { cert => 'good' }, requiretls => 1 }, 'encrypt', 'bounced|deferred', 'refused' ],
	[ 'no-starttls', { }, 'secure match=%', 'bounced|deferred', 'refused' ],
	[ 'starttls-refused', { starttls => '454 4.7.0 TLS not available' }, 'secure match=%', 'bounced|deferred', 'refused' ],
	[ 'level-may', { }, '', 'bounced|deferred', 'refused' ],
	[ 'not-offered', { tls => { cert => 'good' } }, 'secure match=%', 'bounced|deferred', 'refused' ],
	[ 'level-none', { }, 'none', 'bounced|deferred', 'refused' ],
	[ 'relaxed-matched', { tls => { cert => 'good' }, requiretls => 1 }, 'secure match=%', 'sent', 'authenticated', relaxed => 1 ],
	[ 'relaxed-unchecked', { tls => { cert => 'unknown' }, requiretls => 1 }, '', 'sent', 'encrypted', relaxed => 1 ],
	[ 'relaxed-not-offered', { tls => { cert => 'unknown' } }, '', 'sent', 'encrypted', relaxed => 1 ],
	[ 'relaxed-no-starttls', { }, '', 'sent', 'plaintext', relaxed => 1 ],
	[ 'relaxed-unmatched', { tls => { cert => 'wrong' }, requiretls => 1 }, 'secure match=%', 'bounced|deferred', 'refused', relaxed => 1 ],
	[ 'header-untrusted', { tls => { cert => 'unknown' } }, 'secure match=%', 'sent', 'encrypted', header => 1 ],
	[ 'header-no-starttls', { }, 'encrypt', 'sent', 'plaintext', header => 1 ],
	[ 'report-success', { tls => { cert => 'good' } }, 'secure match=%', 'sent', 'authenticated', report => 1 ],
	[ 'report-may', { tls => { cert => 'unknown' } }, '', 'sent', 'encrypted', report => 1 ],
	[ 'report-untrusted', { tls => { cert => 'unknown' } }, 'secure match=%', 'deferred', 'refused', report => 1 ],
	[ 'report-mismatch', { tls => { cert => 'wrong' } }, 'secure match=%', 'deferred', 'refused', report => 1 ],
	[ 'report-no-starttls', { }, 'encrypt', 'deferred', 'refused', report => 1 ],
	[ 'report-broken', { tlsbreak => 'close' }, 'encrypt', 'deferred', 'refused', report => 1 ],
);

sub domain { return "newer-$_[0].example.net" }

sub here {
	return `postconf -d 2>/dev/null` =~ /^requiretls_enable = /m;
}

sub sinks {
	Lab::Scenarios::sink("newer-$_->[0]", %{$_->[1]}) for @cases;
}

sub names {
	return { map { my $d = domain($_->[0]); ("_smtp._tls.$d" =>
	    [ [ TXT => "v=TLSRPTv1; rua=mailto:reports\@$d" ] ]) }
	    grep { my (undef, undef, undef, undef, undef, %o) = @$_; $o{report} } @cases };
}

# What the library for reports writes to; nobody makes any of it.
sub collector {
	my ($bed, $path) = @_;
	my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "lab: $path: $!\n";
	my $pid = fork // die "lab: fork: $!\n";

	chmod 0666, $path;
	if ($pid == 0) {
		setpgrp;
		$SIG{TERM} = sub { POSIX::_exit(0) };
		$s->recv(my $b, 65536) while 1;
	}
	push @{$bed->{pids}}, $pid;
}

sub instances {
	my ($bed) = @_;
	my ($tr, $po, $relaxed) = ('', '', '');

	return if !here();
	for my $c (@cases) {
		my ($name, undef, $policy, undef, undef, %o) = @$c;
		my $hop = '[' . domain($name) . ']:2525';
		$policy =~ s/%/domain($name)/e;
		$tr .= domain($name) . " smtp:$hop\n";
		$po .= "$hop $policy\n" if $policy;
		$relaxed .= ' {' . domain($name) . '=opportunistic}' if $o{relaxed};
	}
	$tr .= "tlsbox.example.net smtp:[tlsbox.example.net]:2525\n";
	$bed->instance($inst, host => 'newer.example.org', ip => '127.0.0.22',
	    transport => $tr, policy => $po,
	    main => {
		enable_long_queue_ids => 'yes',
		smtp_connection_cache_on_demand => 'no',
		smtp_dns_support_level => 'enabled',
		smtp_tlsrpt_enable => 'yes',
		smtp_tlsrpt_socket_name => 'tlsrpt.sock',
		smtp_requiretls_policy => "inline:{$relaxed}, enforce",
	    },
	    master => [ "$srv inet n - n - - smtpd" ]);
	push @{$bed->{warm}}, [ $inst, $srv, 'warm@tlsbox.example.net', 'tlsbox' ];
	collector($bed, "$bed->{inst}{$inst}{dir}/q/tlsrpt.sock");
}

sub scenarios {
	my ($bed) = @_;
	my $t = $bed->{truth};

	return if !here();
	$bed->say_('what is newer');
	for my $c (@cases) {
		my ($name, undef, undef, $status, $tls, %o) = @$c;
		my $scn = "newer-$name";
		my $mid = Lab::Scenarios::mid($scn);
		my $to = 'u@' . domain($name);
		my $from = "s-$scn\@sender.example.org";

		# It is offered over TLS only.
		Lab::Scenarios::submit(server => $srv, from => $from, to => $to, mid => $mid, starttls => {},
		    mailopt => $o{header} || $o{report} ? '' : ' REQUIRETLS',
		    headers => $o{header} ? [ 'TLS-Required: no' ] : []);
		$t->add(scenario => $scn, expect => 'message', message_id => $mid,
		    instance => $inst, from => $from, client_addr => '127.0.3.1',
		    host => 'newer.example.org', tls => 'encrypted', status => $status);
		$t->add(scenario => $scn, expect => 'delivery', message_id => $mid,
		    instance => $inst, to => $to, status => $status, tls => $tls,
		    count => 1, sink => $status eq 'sent' ? $scn : undef,
		    needs_tag => $tls eq 'plaintext' || undef);
	}
	$bed->wait_sinks('what is newer');
}

1;
