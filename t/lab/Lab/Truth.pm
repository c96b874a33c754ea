package Lab::Truth;

# What must be found in the logs, from what the driver did and the sinks saw.
#
# A delivery with `sink' is checked against the sink's own record: the mail
# must have got there, under TLS or not as expected, and the TLS version
# written is the one that the sink negotiated.

use strict;
use warnings;
use JSON::PP;

my @order = qw(ev scenario expect message_id instance from to client_addr
    sasl_user stage reply_code tls tls_version tls_cipher status count why notice
    tls_may_be_unknown needs_tag);
my %rank = map { $order[$_] => $_ } 0 .. $#order;
my %bool = map { $_ => 1 } qw(tls_may_be_unknown needs_tag);
my %num = (count => 1);

# One flat object; bytes pass as they are.
sub json {
	my (%r) = @_;
	my @m;

	for my $k (sort { ($rank{$a} // 99) <=> ($rank{$b} // 99) ||
	    $a cmp $b } keys %r) {
		my $v = $r{$k};
		next if !defined $v;
		if ($bool{$k}) {
			$v = $v ? 'true' : 'false';
		} elsif (!$num{$k}) {
			$v =~ s/(["\\])/\\$1/g;
			$v =~ s/\n/\\n/g;
			$v =~ s/([\x00-\x1f])/sprintf '\\u%04x', ord $1/ge;
			$v = "\"$v\"";
		}
		push @m, "\"$k\":$v";
	}
	return '{' . join(',', @m) . '}';
}

sub new {
	my ($class, %o) = @_;

	return bless { dir => $o{dir}, want => [], broken => [] }, $class;
}

sub add {
	my ($self, %r) = @_;

	push @{$self->{want}}, \%r;
}

# Read what the sinks have seen so far.
sub seen {
	my ($self) = @_;
	my @r;
	my $js = JSON::PP->new->latin1;

	open my $f, '<', "$self->{dir}/sink.ndjson" or return [];
	while (<$f>) {
		my $o = eval { $js->decode($_) };
		push @r, $o if $o;
	}
	close $f;
	return \@r;
}

sub index_seen {
	my ($self) = @_;
	my %x;

	for my $o (@{$self->seen}) {
		if ($o->{ev} eq 'msg') {
			push @{$x{msg}{$o->{mid} // ''}{$o->{to}}}, $o;
		} elsif ($o->{ev} eq 'rcpt') {
			push @{$x{rcpt}{$o->{to}}}, $o;
		}
		push @{$x{notice}}, $o
		    if $o->{ev} eq 'msg' && $o->{sink} eq 'notices';
	}
	return \%x;
}

# The expectations that rest on a sink and are not met yet.
sub missing {
	my ($self) = @_;
	my $x = $self->index_seen;
	my @miss;

	for my $w (@{$self->{want}}) {
		next if $w->{expect} ne 'delivery' || !$w->{sink} ||
		    $w->{status} ne 'sent';
		my $l = $x->{msg}{$w->{message_id}}{$w->{sink_to} // $w->{to}} // [];
		my $n = grep { $_->{sink} eq $w->{sink} &&
		    $_->{code} =~ /^2/ } @$l;
		push @miss, $w if $n < ($w->{count} // 1);
	}
	return \@miss;
}

# Compare with the sinks and the mailboxes; fill in versions.
sub settle {
	my ($self, $boxes) = @_;
	my $x = $self->index_seen;
	my $bad = sub { push @{$self->{broken}}, join ' ', @_ };

	for my $w (@{$self->{want}}) {
		next if $w->{expect} ne 'delivery';
		my $name = "$w->{scenario} to " . ($w->{to} // '-');
		if ($w->{box} && !$boxes->{$w->{message_id}}) {
			$bad->("$name: not in its mailbox");
		}
		next if !$w->{sink};
		my $to = $w->{sink_to} // $w->{to};
		my @l = $w->{status} eq 'sent'
		    ? grep { $_->{sink} eq $w->{sink} && $_->{code} =~ /^2/ }
		    @{$x->{msg}{$w->{message_id}}{$to} // []}
		    : grep { $_->{sink} eq $w->{sink} } @{$x->{rcpt}{$to} // []};
		if (@l < ($w->{count} // 1)) {
			$bad->("$name: sink $w->{sink} saw it " . @l . ' times');
			next;
		}
		if ($w->{attempts_from_sink}) {
			$w->{count} = grep { $_->{code} !~ /^2/ } @l;
		}
		if ($w->{use_from_sink}) {
			# the first delivery of a connection has no conn_use
			$w->{tls_may_be_unknown} = 1 if $l[0]{use} < 2;
		}
		next if $w->{tls} !~ /^(plaintext|encrypted|authenticated)$/;
		my $on = $w->{tls} ne 'plaintext';
		for my $o (@l) {
			$bad->("$name: TLS at the sink was " .
			    ($o->{tls} ? 'on' : 'off')) if !!$o->{tls} != $on;
		}
		$w->{tls_version} = $l[0]{version} if $on && $l[0]{version};
		$w->{tls_cipher} = $l[0]{cipher}
		    if $on && $l[0]{cipher} && $w->{scenario} =~ /^rule-/;
	}
	# Received headers tell how the message came in.
	for my $w (@{$self->{want}}) {
		next if $w->{expect} ne 'message' || !$w->{host} ||
		    !$w->{tls} || !$w->{message_id};
		for my $l (values %{$x->{msg}{$w->{message_id}} // {}}) {
			for my $o (@$l) {
				my @r = grep { /\bby \Q$w->{host}\E / &&
				    (!$w->{client_addr} ||
				    /\[\Q$w->{client_addr}\E\]/) }
				    split /\n/, $o->{received};
				next if @r != 1;
				my $on = $r[0] =~ /\(using TLS/ ? 1 : 0;
				my $want = $w->{tls} =~ /^(enc|auth)/ ? 1 : 0;
				$bad->("$w->{scenario}: Received says TLS $on")
				    if $on != $want;
			}
		}
	}
	$self->notices($x);
	return @{$self->{broken}};
}

# A notice that a sink received is a message of its own, and a child.
sub notices {
	my ($self, $x) = @_;
	my (%inst, %scn, %done);

	for my $w (@{$self->{want}}) {
		next if $w->{expect} ne 'message' || !$w->{message_id};
		$scn{$w->{message_id}} //= $w->{scenario};
	}
	for my $o (@{$x->{notice} // []}) {
		my $mid = $o->{mid} // next;
		next if $o->{from} ne '' || !$o->{reporter};
		my $inst = $self->{reporter}{$o->{reporter}} // next;
		my $scn = $scn{$o->{orig_mid} // ''} // 'notices';
		next if $done{$mid}++;
		$self->add(scenario => $scn, expect => 'message',
		    message_id => $mid, instance => $inst, from => '',
		    status => 'sent');
		$self->add(scenario => $scn, expect => 'delivery',
		    message_id => $mid, instance => $inst, to => $o->{to},
		    status => 'sent', tls => $o->{tls} ? 'encrypted' : 'plaintext',
		    tls_version => $o->{tls} ? $o->{version} : undef,
		    count => 1, needs_tag => $o->{tls} ? undef : 1);
		$self->add(scenario => $scn, expect => 'link',
		    message_id => $o->{orig_mid}, why => 'notice',
		    notice => $mid, instance => $inst)
		    if $o->{orig_mid} && $scn{$o->{orig_mid}};
	}
}

sub write {
	my ($self, $path) = @_;

	open my $f, '>', "$path.new" or die "lab: $path: $!\n";
	for my $w (@{$self->{want}}) {
		my %r = map { $_ => $w->{$_} } grep { $rank{$_} } keys %$w;
		print $f json(%r), "\n";
	}
	close $f or die "lab: $path: $!\n";
	rename "$path.new", $path or die "lab: $path: $!\n";
}

1;
