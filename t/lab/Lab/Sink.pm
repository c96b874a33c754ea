package Lab::Sink;

# Scripted SMTP and LMTP servers.  One process listens for all of them and
# forks for each connection.  What a server saw and answered is appended to
# one file, a JSON object a line: this is what the truth rests on.
#
# A sink is a hash:
#	name ip port|path	where it listens (path: LMTP on a unix socket)
#	lmtp			speak LMTP
#	tls			{ v => 'TLSv1_2', cert => 'good', ciphers => LIST,
#				certs => [ of the first, second, ... connection ] }
#				or absent
#	tls_from tls_until	TLS only from, or until, the Nth connection
#	tlsbreak		'close' or 'garbage' instead of a handshake
#	greet ehlo mail rcpt data eod starttls	a reply instead of the usual one
#	drop			stage after whose command the connection is cut
#	drop_tls		the same, only once TLS is on
#	hang			stage at which it falls silent; with `handshake'
#				after the reply to STARTTLS
#	hangs			so many connections do that, the others do not
#	idle			seconds after a message until it hangs up
#	dsn wrap		offer DSN; TLS from the first byte
#	auth			offer AUTH PLAIN, and answer so
#	utf8 xforward requiretls	EHLO keywords that are not offered by
#				default; the last over TLS only
#	filter			ADDRESS:PORT to hand each message to
# A local part cNNN-... gets the reply NNN at RCPT; later-... gets 450 until
# the file flags/LOCALPART exists; once-... gets 450 on its first attempt.

use strict;
use warnings;
use POSIX ();
use IO::Socket::INET;
use IO::Socket::UNIX;
use IO::Select;
use IO::Socket::SSL;
use Lab::Client;
use Lab::Truth;

my %text = (
	421 => '4.3.2 closing', 450 => '4.2.1 mailbox busy',
	451 => '4.3.0 try again later', 452 => '4.3.1 no space',
	550 => '5.1.1 no such user here', 552 => '5.2.2 mailbox full',
	553 => '5.1.3 bad address', 554 => '5.7.1 not wanted',
);

sub listen_all {
	my ($sinks) = @_;
	my @l;

	for my $s (@$sinks) {
		my $sock;
		if ($s->{path}) {
			unlink $s->{path};
			$sock = IO::Socket::UNIX->new(Local => $s->{path},
			    Listen => 64);
			chmod 0666, $s->{path};
		} else {
			$sock = IO::Socket::INET->new(LocalAddr => $s->{ip},
			    LocalPort => $s->{port}, Listen => 128,
			    ReuseAddr => 1);
		}
		die "lab: cannot listen for sink $s->{name}: $!\n"
		    unless $sock;
		push @l, [ $sock, $s ];
	}
	return \@l;
}

# Serve for ever; the caller has forked.
sub serve {
	my ($listeners, $dir) = @_;
	my $sel = IO::Select->new(map { $_->[0] } @$listeners);
	my %of = map { fileno($_->[0]) => $_->[1] } @$listeners;
	my %n;

	$SIG{CHLD} = 'IGNORE';
	$SIG{PIPE} = 'IGNORE';
	$SIG{TERM} = sub { exit 0 };
	while (1) {
		for my $l ($sel->can_read) {
			my $c = $l->accept or next;
			my $s = $of{fileno $l};
			my $n = ++$n{$s->{name}};
			my $pid = fork;
			next if !defined $pid;
			if ($pid == 0) {
				$SIG{ALRM} = sub { exit 0 };
				alarm 120;
				eval { session($s, $c, $n, $dir) };
				POSIX::_exit(0);
			}
			close $c;
		}
	}
}

sub note {
	my ($dir, %r) = @_;

	open my $f, '>>', "$dir/sink.ndjson" or return;
	syswrite $f, Lab::Truth::json(%r) . "\n";
	close $f;
}

sub address {
	my ($arg) = @_;

	return $1 if $arg =~ /<((?:"(?:[^"\\]|\\.)*"|[^">])*)>/;
	return $arg;
}

sub session {
	my ($s, $c, $n, $dir) = @_;
	my $has_tls = $s->{tls} && $n >= ($s->{tls_from} // 1) &&
	    $n <= ($s->{tls_until} // $n);
	my ($buf, $tls, $ver, $cipher, $trans) = ('', 0, '', '', 0);
	my ($from, @rcpt, $xforward, $nomail);

	# A TLS session is closed in good order.
	my $end = sub {
		$tls ? exit 0 : POSIX::_exit(0);
	};
	my $get = sub {
		until ($buf =~ /\n/) {
			my $r = sysread $c, my $b, 65536;
			$end->() if !$r;
			$buf .= $b;
		}
		$buf =~ s/^(.*?\n)//s;
		return $1;
	};
	my $put = sub {
		my ($t) = @_;
		$t =~ s/\r?\n/\r\n/g;
		$t .= "\r\n" unless $t =~ /\r\n\z/;
		syswrite $c, $t;
		$end->() if $t =~ /^421/;
	};
	my $cut = sub {
		my ($stage) = @_;
		for (grep { defined } $s->{drop}, $tls ? $s->{drop_tls} : undef) {
			if ($_ eq $stage) {
				note($dir, ev => 'drop', sink => $s->{name},
				    stage => $stage, tls => $tls);
				close $c;
				$end->();
			}
		}
	};
	my $hang = sub {
		my ($stage) = @_;
		return if ($s->{hang} // '') ne $stage ||
		    $n > ($s->{hangs} // $n);
		note($dir, ev => 'hang', sink => $s->{name}, stage => $stage,
		    tls => $tls);
		# until the client gives up
		1 while sysread $c, my $b, 65536;
		$end->();
	};
	my $up = sub {
		my $cert = ($s->{tls}{certs} // [])->[$n - 1] // $s->{tls}{cert};
		my %o = (SSL_server => 1,
		    SSL_cipher_list => ($s->{tls}{ciphers} // 'ALL') . ':@SECLEVEL=0',
		    SSL_cert_file => "$dir/tls/$cert.pem",
		    SSL_key_file => "$dir/tls/$cert.key",
		    SSL_verify_mode => 0);
		$o{SSL_version} = $s->{tls}{v} if $s->{tls}{v};
		IO::Socket::SSL->start_SSL($c, %o) or $end->();
		$tls = 1;
		($ver = $c->get_sslversion) =~ tr/_/./;
		$cipher = $c->get_cipher;
		$buf = '';
	};

	note($dir, ev => 'connect', sink => $s->{name}, n => $n);
	$up->() if $s->{wrap};
	$cut->('connect');
	$hang->('connect');
	$put->($s->{greet} // "220 $s->{name}.example.net ESMTP sink");
	if ($s->{greet} && $s->{greet} !~ /^220/) {
		$get->();
		$put->('221 2.0.0 bye');
		$end->();
	}
	while (1) {
		my $line = $get->();
		$line =~ s/\r?\n\z//;
		my ($verb) = uc($line) =~ /^(\w*)/;
		if ($verb =~ /^(EHLO|LHLO|HELO)$/) {
			$cut->('ehlo');
			$hang->('ehlo');
			if ($s->{ehlo}) {
				$put->($s->{ehlo});
				next;
			}
			my @k = ("$s->{name}.example.net", 'PIPELINING',
			    'SIZE 10240000', '8BITMIME', 'ENHANCEDSTATUSCODES');
			push @k, 'STARTTLS' if !$tls && ($has_tls ||
			    $s->{tlsbreak} || $s->{starttls});
			push @k, 'SMTPUTF8' if $s->{utf8};
			push @k, 'REQUIRETLS' if $s->{requiretls} && $tls;
			push @k, 'DSN' if $s->{dsn};
			push @k, 'AUTH PLAIN' if $s->{auth};
			push @k, 'XFORWARD NAME ADDR PORT PROTO HELO SOURCE IDENT'
			    if $s->{xforward};
			@k = ($k[0]) if $verb eq 'HELO';
			$put->(join "\n", (map { "250-$_" } @k[0 .. $#k - 1]),
			    "250 $k[-1]");
		} elsif ($verb eq 'STARTTLS') {
			$cut->('starttls');
			$hang->('starttls');
			if ($s->{starttls}) {
				$put->($s->{starttls});
				next;
			}
			$put->('220 2.0.0 ready');
			$hang->('handshake');
			if ($s->{tlsbreak}) {
				note($dir, ev => 'tlsbreak', sink => $s->{name});
				syswrite $c, "no TLS here\r\n" x 20
				    if $s->{tlsbreak} eq 'garbage';
				close $c;
				$end->();
			}
			$up->();
		} elsif ($verb eq 'XFORWARD') {
			$xforward .= $line . "\r\n";
			$put->('250 2.0.0 ok');
		} elsif ($verb eq 'MAIL') {
			($from, @rcpt) = (address($line));
			note($dir, ev => 'mail', sink => $s->{name},
			    from => $from, tls => $tls);
			$cut->('mail');
			$hang->('mail');
			$nomail = $s->{mail};
			$put->($s->{mail} // '250 2.1.0 ok');
		} elsif ($verb eq 'RCPT') {
			my $a = address($line);
			my $reply = $s->{rcpt} // '250 2.1.5 ok';
			if ($nomail) {
				$put->('503 5.5.1 MAIL first');
				next;
			}
			my ($lp) = $a =~ /^(.*)@/;
			if ($a =~ /^c(\d{3})-/) {
				$reply = "$1 $text{$1}";
			} elsif ($a =~ /^once-/ &&
			    !-e "$dir/flags/seen-$lp") {
				open my $f, '>', "$dir/flags/seen-$lp";
				$reply = '450 4.2.0 greylisted, come back';
			} elsif ($a =~ /^later-/ && !-e "$dir/flags/$lp") {
				$reply = '450 4.2.0 not yet';
			}
			push @rcpt, $a if $reply =~ /^2/;
			note($dir, ev => 'rcpt', sink => $s->{name},
			    from => $from, to => $a, code => substr($reply, 0, 3),
			    tls => $tls, version => $ver);
			$cut->('rcpt');
			$hang->('rcpt');
			$put->($reply);
		} elsif ($verb eq 'DATA') {
			$cut->('data');
			$hang->('data');
			if ($s->{data}) {
				$put->($s->{data});
				next;
			}
			if (!@rcpt) {
				$put->('554 5.5.1 no valid recipients');
				next;
			}
			$put->('354 go ahead');
			my $msg = '';
			while (1) {
				my $l = $get->();
				last if $l eq ".\r\n";
				$l =~ s/^\.//;
				$msg .= $l;
				$cut->('body');
				$hang->('body');
			}
			$trans++;
			$hang->('eod');
			my $reply = $s->{eod};
			$reply //= relay($s->{filter}, $xforward, $from,
			    \@rcpt, $msg) if $s->{filter};
			$reply //= "250 2.0.0 ok sink";
			my ($h, $b) = split /\r\n\r\n/, $msg, 2;
			my ($mid) = $h =~ /^message-id:\s*(\S[^\r\n]*)/im;
			my ($orig) = ($b // '') =~ /^message-id:\s*(\S[^\r\n]*)/im;
			my ($rep) = ($b // '') =~ /^reporting-mta: dns; (\S+)/im;
			(my $uh = $h) =~ s/\r\n(?=[ \t])//g;
			my @recv = $uh =~ /^received: ([^\r\n]*)/img;
			note($dir, ev => 'msg', sink => $s->{name}, mid => $mid,
			    from => $from, to => $_,
			    code => substr($reply, 0, 3), tls => $tls,
			    version => $ver, cipher => $cipher, use => $trans,
			    orig_mid => $orig, reporter => $rep,
			    received => join("\n", @recv)) for @rcpt;
			$cut->('eod');
			# a local part full-NNN-... is refused only now
			$reply = join "\n", map { /^full-(\d{3})-/ ? "$1 $text{$1}"
			    : $reply } @rcpt if $s->{lmtp};
			$put->($reply);
			($from, $xforward) = ('', '');
			@rcpt = ();
			if ($s->{idle} && !$tls) {
				my $r = '';
				vec($r, fileno $c, 1) = 1;
				$end->() if !select $r, undef, undef, $s->{idle};
			} elsif ($s->{idle}) {
				$SIG{ALRM} = sub { POSIX::_exit(0) };
				alarm $s->{idle};
			}
		} elsif ($verb eq 'AUTH' && $s->{auth}) {
			$put->($s->{auth});
		} elsif ($verb eq 'RSET' || $verb eq 'NOOP') {
			$put->('250 2.0.0 ok');
		} elsif ($verb eq 'QUIT') {
			$put->('221 2.0.0 bye');
			$end->();
		} else {
			$put->('502 5.5.2 unknown command');
		}
	}
}

# Content filter: hand the message on, answer as amavisd does.
sub relay {
	my ($to, $xforward, $from, $rcpt, $msg) = @_;
	my ($ip, $port, $how) = split /:/, $to;
	my $c = eval { Lab::Client->new(to => "$ip:$port", from => '127.0.0.1') }
	    or return '451 4.3.0 next hop is down';
	my ($code, $t) = $c->ehlo('filter.example.org');

	$c->cmd($_) for split /\r\n/, $xforward // '';
	$c->mail($from);
	$c->rcpt($_) for @$rcpt;
	($code, $t) = $c->data_raw($msg);
	$c->quit;
	$t =~ s/\r?\n\z//;
	return $t if ($how // '') eq 'verbatim';
	return $code =~ /^2/
	    ? "250 2.0.0 from MTA(smtp:[$ip]:$port): $t" : $t;
}

1;
