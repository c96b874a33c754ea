#!/usr/bin/perl

# mxqueue on what a real Postfix leaves in its queues (t/lab/queue): it must
# say what postcat and postqueue say, and what is known of each message.
# Skipped without root or Postfix.  LAB_OUT=DIR keeps the queues.

use strict;
use warnings;
use lib 't', 't/lab';
use JSON::PP;
use POSIX ();
use Test::More;
use Lab::Postcat;
use Mx;

$ENV{PATH} .= ':/usr/sbin:/sbin';
plan skip_all => 'not root' if $> != 0;
plan skip_all => 'no Postfix' unless -x '/usr/lib/postfix/sbin/master';
plan skip_all => 'mxqueue is not built' unless grep { $_ eq 'mxqueue' } tools();

my $dir = $ENV{LAB_OUT} || dir();
chmod 0755, $dir;	# for Postfix's own user
my $bed = sh('t/lab/queue', $dir);
is($bed->{status}, 0, 'the bed') or BAIL_OUT($bed->{err});

# postqueue quotes addresses, records do not.
sub plain_addr {
	my ($a) = @_;

	return $a if $a !~ /^"(.*)"(@.*)$/s;
	my ($local, $domain) = ($1, $2);
	return ($local =~ s/\\(.)/$1/gsr) . $domain;
}

my (%kind, %types);
for my $i (['short', 'no'], ['long', 'yes']) {
	my ($name) = @$i;
	my $q = "$dir/$name/q";
	my @cat = ('postcat', '-c', "$dir/$name/etc");
	my %utc = (env => { TZ => 'UTC', LC_ALL => 'C' });
	my @files = sort grep { -f && !m{/(?:defer|bounce|trace|pid)/} } map { glob "$q/$_" } qw(*/* */?/*);

	cmp_ok(scalar @files, '>', 30, "$name: queue files");
	my %span;
	for my $f (@files) {
		my $label = $f =~ s{^\Q$dir/\E}{}r;
		my @rec = dumped($f);
		my (@got, @want, @shown, @differ);

		$kind{$1}++ if $label =~ m{/q/([a-z]+)/};
		$types{$_->[1]}++ for @rec;
		# What postqueue calls the size is that before milters.
		$span{$f =~ s{.*/}{}r} = $rec[0][1] eq 'C' ? (split ' ', $rec[0][4])[0] : -s $f;
		# All of them, as postcat -v has them.
		@want = by_postcat(sh(@cat, '-voehb', $f, \%utc)->{out});
		@got = map { as_postcat($f, $_) } @rec;
		is_deeply(\@got, \@want, "$label: --dump is postcat -v");

		# Without -v there is no padding, text stands alone, and what is
		# behind a pointer or padding has the offset of that.
		my $before;
		for my $r (@rec) {
			my ($off, $text) = @{shift @got};

			if ($r->[1] =~ /^[pw]$/) {
				$before //= $off;
				next;
			}
			$text =~ s/^[a-z_]+: // if $r->[1] eq 'N' || ($r->[1] eq 'L' && $r->[2] =~ /text/);
			push @differ, "$off not $before" if defined $before;
			push @shown, [$before // $off, $text];
			undef $before;
		}
		@want = by_postcat(sh(@cat, '-oehb', $f, \%utc)->{out});
		is_deeply(\@shown, \@want, "$label: --dump is postcat"
		    . (@differ ? ', but the true offset: ' . join(', ', @differ) : ''));

		my $r = run('mxqueue', '--message', $f);
		ok($r->{out} eq sh(@cat, '-bh', $f)->{out}, "$label: --message is postcat -bh");
		is("$r->{status}$r->{err}", '0', "$label: status");
	}

	# The list that postqueue -j gives.
	my $r = run('mxqueue', '-q', $q);
	my @all = map { decode_json($_) } split /\n/, $r->{out};
	my %file = map { $_->{qid} => $_ } grep { $_->{type} eq 'file' && $_->{queue} !~ /^(?:defer|bounce|trace)$/ } @all;
	my %rcpt;
	push @{$rcpt{$_->{qid}}}, $_ for grep { ($_->{event} // '') eq 'recipient' } @all;
	is("$r->{status}$r->{err}", '0', "$name: the spool is read, without complaint");
	is(scalar keys %file, scalar @files, "$name: a file record each");
	my (%want, %got, %gone);
	for my $j (map { decode_json($_) } split /\n/, slurp("$dir/$name.json")) {
		$want{$j->{queue_id}} = [@$j{qw(queue_name arrival_time message_size)}, plain_addr($j->{sender}),
		    sort { $a->[0] cmp $b->[0] }
		    map { [plain_addr($_->{address}), $_->{delay_reason}] }
		    grep { !defined $_->{bounce_reason} } @{$j->{recipients}}];
		# Since 3.11 it has those that bounced, too.
		$gone{"$j->{queue_id} " . plain_addr($_->{address})} = $_->{bounce_reason}
		    for grep { defined $_->{bounce_reason} } @{$j->{recipients}};
	}
	for my $f (values %file) {
		next if $f->{queue} =~ /^(?:corrupt|saved)$/;
		my $sec = 0;

		if ($f->{time} =~ /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)/) {
			$sec = POSIX::mktime($6, $5, $4, $3, $2 - 1, $1 - 1900);
		}
		# Since 3.11 a file in maildrop has its own size, also a requeued one.
		$span{$f->{qid}} = $f->{size}
		    if $f->{queue} eq 'maildrop' && ($want{$f->{qid}} // [])->[2] == $f->{size};
		$got{$f->{qid}} = [$f->{queue}, $sec, $span{$f->{qid}},
		    $f->{from} eq '' ? 'MAILER-DAEMON' : $f->{from}, sort { $a->[0] cmp $b->[0] } map { [$_->{to}, $_->{reason}] }
		    grep { $_->{status} =~ /^(?:pending|deferred)$/ } @{$rcpt{$f->{qid}}}];
	}
	is_deeply(\%got, \%want, "$name: the list is that of postqueue -j");
	my %bounced = map { my $id = $_; map { ("$id $_->{to}" => $_->{reason}) }
	    grep { $_->{status} eq 'bounced' } @{$rcpt{$id}} } keys %rcpt;
	is_deeply({ map { $_ => $bounced{$_} } keys %gone }, \%gone,
	    "$name: and so are those that bounced");

	# A defer or bounce log is a file of its own, too.
	is(scalar(grep { ($_->{format} // '') eq 'bounce-log' } @all),
	    scalar(grep { -f } map { glob "$q/$_" } qw(bounce/* trace/* defer/*/*)), "$name: a record for each log");
	# Ages and domains, as qshape has them; it does not know where mail is
	# redirected to, and has those with equal figures in any order.
	my $table = sub {
		my ($n, $text) = @_;

		return join "\n", sort map { join ' ', split } grep { /\S/ } map { s/^(\s*(?:TOTAL|down)\S*\s+)(\d+)(\s+)(\d+)/$1 . ($2 - $n) . $3 . ($4 - $n)/er } split /\n/, $text;
	};
	my @r = grep { ($_->{queue} // '') eq 'deferred' && ($_->{to} // '') =~ /^redirected/ } @all;
	is($table->(scalar @r, run('mxqueue', '-q', '--shape', "$q/deferred")->{out}),
	    $table->(0, sh('qshape', '-c', "$dir/$name/etc", 'deferred')->{out}), "$name: --shape is qshape");
	is($table->(0, run('mxqueue', '-q', '--shape=sender', "$q/deferred")->{out}),
	    $table->(0, sh('qshape', '-s', '-c', "$dir/$name/etc", 'deferred')->{out}), "$name: --shape=sender is qshape -s");

	# Nothing disagrees in a spool that nobody touched, but for what was
	# moved by hand; a copy has other inodes.
	is_deeply([map { "$_->{src}: $_->{contradicts}" } grep { $_->{contradicts} } @all],
	    [], "$name: no contradictions");
	my @copy = map { decode_json($_) } split /\n/, run('mxqueue', "$dir/spool-$name")->{out};
	is(scalar(grep { ($_->{contradicts} // '') eq 'inode' && $_->{type} eq 'file' } @copy),
	    scalar @files, "$name: a copy's inodes are not those of the IDs");

	# What was sent.
	my %by = map { ($_->{message_id} // '') =~ /^<([^.]+)\./ ? ($1 => $_) : () } values %file;
	my $p = sub { join ' ', map { $_ // '-' } @{$by{$_[0]}}{@_[1 .. $#_]} };
	is($p->('plain', qw(from client_addr helo protocol nrcpt pending done tls)),
	    'ann@example.com 127.0.0.41 client.example.com ESMTP 2 2 0 plaintext', "$name: plain");
	is($p->('tls', qw(tls tls_proof tls_version)), 'encrypted proven TLSv1.3', "$name: TLS");
	is($p->('null', 'from'), '', "$name: null sender");
	is($p->('dsn', 'envid'), 'abc+1', "$name: ENVID");
	is((map { $_->{orcpt} } @{$rcpt{$by{dsn}{qid}}})[0], 'rfc822;robert@example.com', "$name: ORCPT");
	is($p->("gr\xc3\xbc\xc3\x9fe" =~ s/(.*)/my $u = $1; utf8::decode($u); $u/er, 'send_opts'),
	    'smtputf8 header-utf8 sender-utf8', "$name: SMTPUTF8");
	# Since 3.11.
	is($p->('required', 'send_opts'), 'requiretls', "$name: REQUIRETLS") if $by{required};
	is($p->('hold', 'queue'), 'hold', "$name: hold");
	my $s = sub { join ' ', map { "$_->{to}=$_->{status}" } @{$rcpt{$by{$_[0]}{qid}}} };
	is($s->('bounced'), 'x@gone.example.net=bounced bob@slow.example.net=pending bob@down.example.net=deferred',
	    "$name: recipients with a bounce and a defer log");
	is(join(' ', map { $_ // '-' } @{$rcpt{$by{bounced}{qid}}[0]}{qw(dsn relay_name reply)}),
	    '5.7.1 ' . ($name eq 'short' ? '127.0.0.32' : '127.0.0.33') . ' 554 5.7.1 <x@gone.example.net>: Recipient address rejected: Access denied',
	    "$name: what the other host said");
	is($s->('traced'), 'd@there.example.net=done bob@slow.example.net=pending', "$name: recipients with a trace log");
	is(join(' ', map { $_ // '-' } @{$rcpt{$by{traced}{qid}}[0]}{qw(action dsn reason)}), 'delivered 2.0.0 there.example.net', "$name: what the trace says");
	is($s->('mixed'), 'x@gone.example.net=done bob@down.example.net=deferred', "$name: bounced and told");
	is($s->('drop'), 'bob@down.example.net=deferred eve@down.example.net=deferred drop@down.example.net=canceled',
	    "$name: canceled by a milter");
	is($s->('rcpt'), join(' ', map { "$_\@down.example.net=deferred" } qw(bob eve drop added)), "$name: added by a milter");
	is($p->('sender', 'from'), 'other@example.org', "$name: sender changed by a milter");
	like($p->('add change delete insert rcpt drop sender longer', 'residue'), qr/^\d+\+\d+ /, "$name: a changed header leaves residue");
	is($s->('quoted'), 'a b@down.example.net=deferred a"b\\c@down.example.net=deferred @@down.example.net=deferred',
	    "$name: addresses in quotes, and their reasons");
	is($p->('none', 'residue'), '-', "$name: a milter that changes nothing leaves none");
}
for my $q (qw(maildrop incoming active deferred hold corrupt)) {
	cmp_ok($kind{$q} // 0, '>', 0, "files of $q were read");
}
for my $t (split //, 'CTFSRDO/WAKMNLwpX>VE') {
	cmp_ok($types{$t} // 0, '>', 0, "records of type $t were read");
}
done_testing();
