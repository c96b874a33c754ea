package Lab::Client;

# A small SMTP client that can also misbehave.

use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::SSL;

sub new {
	my ($class, %o) = @_;
	my ($ip, $port) = split /:/, $o{to};
	my $sock = IO::Socket::INET->new(PeerAddr => $ip, PeerPort => $port,
	    LocalAddr => $o{from}, Timeout => 10)
	    or die "lab: cannot connect to $o{to}: $!\n";
	my $self = bless { sock => $sock, buf => '', tls => 0 }, $class;

	$self->tls(%{$o{tls}}) if $o{tls};
	return $self if $o{nogreet};
	($self->{code}, $self->{text}) = $self->reply;
	return $self;
}

sub tls {
	my ($self, %o) = @_;
	my %s = (SSL_verify_mode => 0, SSL_cipher_list => 'ALL:@SECLEVEL=0');

	$s{SSL_version} = $o{v} if $o{v};
	if ($o{cert}) {
		$s{SSL_cert_file} = "$o{cert}.pem";
		$s{SSL_key_file} = "$o{cert}.key";
		$s{SSL_use_cert} = 1;
	}
	IO::Socket::SSL->start_SSL($self->{sock}, %s)
	    or die "lab: client handshake failed: $IO::Socket::SSL::SSL_ERROR\n";
	($self->{version} = $self->{sock}->get_sslversion) =~ tr/_/./;
	$self->{buf} = '';
	$self->{tls} = 1;
}

# One reply, several lines joined by newline.
sub reply {
	my ($self) = @_;
	my $text = '';

	local $SIG{ALRM} = sub { die "lab: server is silent\n" };
	alarm 30;
	while (1) {
		until ($self->{buf} =~ /\n/) {
			my $r = sysread $self->{sock}, my $b, 65536;
			if (!$r) {
				alarm 0;
				return ('000', $text);
			}
			$self->{buf} .= $b;
		}
		$self->{buf} =~ s/^(.*?)\r?\n//s;
		$text .= ($text eq '' ? '' : "\n") . $1;
		last if $1 =~ /^\d{3}(?: |$)/;
	}
	alarm 0;
	return (substr($text, 0, 3), $text);
}

sub raw {
	my ($self, $bytes) = @_;

	local $SIG{PIPE} = 'IGNORE';
	syswrite $self->{sock}, $bytes;
}

sub cmd {
	my ($self, $line) = @_;

	$self->raw("$line\r\n");
	($self->{code}, $self->{text}) = $self->reply;
	return wantarray ? ($self->{code}, $self->{text}) : $self->{code};
}

sub ehlo { return $_[0]->cmd('EHLO ' . ($_[1] // 'client.example.com')) }
sub mail { return $_[0]->cmd("MAIL FROM:<$_[1]>" . ($_[2] // '')) }
sub rcpt { return $_[0]->cmd("RCPT TO:<$_[1]>" . ($_[2] // '')) }

sub starttls {
	my ($self, %o) = @_;

	$self->cmd('STARTTLS') eq '220' or die "lab: no STARTTLS: $self->{text}\n";
	$self->tls(%o);
	$self->ehlo($o{helo});
}

sub data_raw {
	my ($self, $msg) = @_;

	if ($self->cmd('DATA') ne '354') {
		return ($self->{code}, $self->{text});
	}
	$msg =~ s/^\./../mg;
	$msg .= "\r\n" unless $msg =~ /\r\n\z/;
	my @r = $self->cmd("$msg.");
	($self->{qid}) = $r[1] =~ /queued as (\w+)/;
	return @r;
}

# The queue ID that the server named after DATA, if any.
sub queued {
	my ($self) = @_;

	return $self->{qid};
}

sub quit {
	my ($self) = @_;

	$self->cmd('QUIT');
	close $self->{sock};
}

sub cut { close $_[0]->{sock} }

1;
