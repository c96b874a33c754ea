package Lab::Scenarios;

# The order of things: build, start, run each group, wait, settle.

use strict;
use warnings;
use Time::HiRes qw(sleep time);
use Lab::Bed;
use Lab::Client;
use Lab::Truth;
use Lab::Out;
use Lab::In;
use Lab::Rules;
use Lab::Final;
use Lab::Mx;
use Lab::Site;
use Lab::Trouble;
use Lab::Usual;
use Lab::Newer;
use Lab::Dns;

# Addresses, by name.
our %ip = (
	'mx.example.org' => '127.0.0.11', 'out.example.org' => '127.0.0.12',
	'dest.example.net' => '127.0.0.13', 'pl.example.com' => '127.0.0.14',
	'slow.example.org' => '127.0.0.15', 'rules.example.org' => '127.0.0.16',
	'far.example.org' => '127.0.0.17', 'site.example.org' => '127.0.0.18',
	'trouble.example.org' => '127.0.0.19', 'full.example.org' => '127.0.0.20',
	'usual.example.org' => '127.0.0.21', 'newer.example.org' => '127.0.0.22',
);
our (%sink, @sinks);

# Declare a sink; its domain is NAME.example.net.
sub sink {
	my ($name, %o) = @_;
	my $s = { name => $name, port => 2525, %o };

	if (!$s->{path}) {
		$s->{ip} = '127.0.1.' . (@sinks + 1);
		$ip{"$name.example.net"} = $s->{ip};
	}
	push @sinks, $s;
	return $sink{$name} = $s;
}

# Next hop of a sink or host, as transport maps want it.
sub hop {
	my ($bed, $host, $port) = @_;

	return '[' . ($bed->{names} ? $host : $ip{$host}) . "]:$port";
}

sub hosts {
	declare();
	my $t = "127.0.0.1 localhost\n";

	$t .= "$ip{$_} $_\n" for sort keys %ip;
	$t .= "127.0.2.$_ h$_.client.example.com\n" for 1 .. 99;
	$t .= "127.0.3.$_ app$_.example.org\n" for 1 .. 9;
	return $t;
}

my $declared;
sub declare {
	return if $declared++;
	sink('box');
	sink('tlsbox', tls => { cert => 'unknown' });
	sink('notices', utf8 => 1);
	Lab::Out::sinks();
	Lab::In::sinks();
	Lab::Rules::sinks();
	Lab::Final::sinks();
	Lab::Mx::sinks();
	Lab::Site::sinks();
	Lab::Trouble::sinks();
	Lab::Usual::sinks();
	Lab::Newer::sinks();
}

# Send one mail to a Postfix instance.  Returns the client, after DATA.
sub submit {
	my (%o) = @_;
	my $c = $o{client} // Lab::Client->new(to => $o{server},
	    from => $o{addr} // '127.0.3.1', tls => $o{wrapper});

	if (!$o{client}) {
		$c->ehlo($o{helo});
		$c->starttls(%{$o{starttls}}) if $o{starttls};
		$c->cmd('AUTH PLAIN ' . $o{auth}) if $o{auth};
	}
	my $code = $c->mail($o{from}, $o{mailopt} // '');
	$code =~ /^2/ or die "lab: $o{mid}: MAIL: $c->{text}\n";
	for my $r (ref $o{to} ? @{$o{to}} : $o{to}) {
		$code = $c->rcpt($r, $o{rcptopt} // '');
		$code =~ /^2/ || $o{lax} or die "lab: $o{mid}: RCPT $r: $c->{text}\n";
	}
	$code = $c->data_raw(text(%o));
	$code =~ /^2/ || $o{lax} or die "lab: $o{mid}: DATA: $c->{text}\n";
	$c->quit if !$o{client} && !$o{stay};
	return $c;
}

sub text {
	my (%o) = @_;
	my $t = ref $o{to} ? $o{to}[0] : $o{to};

	return join '', map { "$_\r\n" }
	    "From: <$o{from}>", "To: <" . ($o{toheader} // $t) . ">",
	    'Subject: ' . ($o{subject} // 'lab'),
	    'Date: Tue, 24 Nov 2026 10:00:00 +0000',
	    (defined $o{mid} ? "Message-ID: $o{mid}" : ()),
	    @{$o{headers} // []}, '', $o{body} // 'A test message.';
}

my %serial;
sub mid {
	my ($scn) = @_;

	return sprintf '<lab-%s-%d@example.org>', $scn, ++$serial{$scn};
}

sub all {
	my ($bed) = @_;
	my $t = $bed->{truth} = Lab::Truth->new(dir => $bed->{dir});

	declare();
	mkdir "$bed->{dir}/flags";
	$t->{reporter} = { 'mx.example.org' => 'postfix',
	    'out.example.org' => 'postfix-out',
	    'dest.example.net' => 'postfix-dest',
	    'pl.example.com' => 'postfix-pl',
	    'slow.example.org' => 'postfix-slow',
	    'rules.example.org' => 'postfix-rules',
	    'far.example.org' => 'postfix-mx',
	    'site.example.org' => 'postfix-site',
	    'trouble.example.org' => 'postfix-trouble',
	    'usual.example.org' => 'postfix-usual',
	    'newer.example.org' => 'postfix-newer' };
	$bed->say_('certificates');
	$bed->certificates;
	$bed->rsyslogd;
	my %only = map { ("Lab::$_" => 1) } split /,/, $bed->{only} // '';
	my @groups = grep { !%only || $only{$_} }
	    map { "Lab::$_" } qw(Rules Out In Mx Site Trouble Usual Newer Final);
	# names of their own need a network of their own
	@groups = grep { !/Mx|Site|Trouble|Usual|Newer/ } @groups if !$bed->{names};
	$_->can('instances')->($bed) for @groups;
	if ($bed->{names}) {
		my %zone = map { %{$_->($bed)} } map { $_->can('names') // () } @groups;
		Lab::Dns::start($bed, \%zone, map { $_->() } map { $_->can('safe') // () } @groups);
	}
	# what the retries need has a process of its own: it must be prompt
	my @s = map { $_->{path} ? { %$_, path => "$bed->{dir}/$_->{path}" }
	    : $_ } @sinks;
	$bed->sinks(grep { $_->{name} =~ /^(later|notices)$/ } @s);
	for my $n (0, 1) {
		$bed->sinks(grep { $_->{name} !~ /^(later|notices)$/ &&
		    length($_->{name}) % 2 == $n } @s);
	}
	$bed->say_('starting Postfix');
	$bed->start(@{$bed->{order}});
	warm($bed);
	for my $f (map { $_->can('early') // () } @groups) {
		$f->($bed);
	}
	$_->can('scenarios')->($bed) for @groups;
	$bed->say_('waiting for the sinks');
	my $end = time + 60;
	while (@{$t->missing} && time < $end) {
		sleep 0.1;
	}
	sleep 1;
	my @bad = $t->settle(mailboxes($bed));
	# what is still queued at the end is known to the queue
	print STDERR "lab: broken: $_\n" for @bad;
	$bed->say_('stopping');
	$bed->shutdown_all;
	$t->write("$bed->{out}/truth.ndjson");
	my %scn = map { $_->{scenario} => 1 } @{$t->{want}};
	$bed->say_(scalar(keys %scn) . ' scenarios, ' .
	    scalar(@{$t->{want}}) . ' expectations');
	return @bad ? 1 : 0;
}

# Message-IDs in the local mailboxes.
sub mailboxes {
	my ($bed) = @_;
	my %m;

	for my $f (glob("$bed->{dir}/vmail/*/new/* $bed->{dir}/spool/*")) {
		open my $h, '<', $f or next;
		while (<$h>) {
			$m{$1}++ if /^message-id:\s*(\S.*?)\s*$/i;
		}
		close $h;
	}
	return \%m;
}

# One message over TLS through each SMTP client tag, so that a plain
# delivery after it is known to be plain.
sub warm {
	my ($bed) = @_;
	my $t = $bed->{truth};

	$bed->say_('warm-up');
	for my $w (@{$bed->{warm}}) {
		my ($inst, $server, $to, $sink, $again) = @$w;
		my $mid = mid($again // 'warm-up');
		submit(server => $server, from => 's-warm@sender.example.org',
		    to => $to, mid => $mid);
		$t->add(scenario => $again // 'warm-up', expect => 'message', message_id => $mid,
		    instance => $inst, from => 's-warm@sender.example.org',
		    client_addr => '127.0.3.1', tls => 'plaintext',
		    status => 'sent');
		$t->add(scenario => $again // 'warm-up', expect => 'delivery', message_id => $mid,
		    instance => $inst, to => $to, status => 'sent',
		    tls => 'encrypted', count => 1, sink => $sink);
	}
	$bed->wait_sinks('warm-up');
}

1;
