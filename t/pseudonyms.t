#!/usr/bin/perl

# mxreport --pseudonyms: no local part of the lab's truth in any format; joins
# and figures kept; each pseudonym is what another HMAC says; other keys,
# others; what is no key is refused; replies by strangers.

use strict;
use warnings;
use utf8;
use lib 't';
use Digest::SHA ();
use Encode ();
use JSON::PP;
use MIME::Base64 ();
use MIME::QuotedPrint ();
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8->canonical;
my $dir = dir();
my $secret = 'k0' x 8 . 'another half of it..';
my $key = put("$dir/key", "$secret\n");
# The lab is all loopback.
my $strict = put("$dir/policy", "[policy]\ninclude strict\n[limits]\nloopback judge\n");
my @args = ('-q', '-y', 2026, '-z', 'UTC', '-p', $strict, '--rows', 5000, '--now', '2026-12-01T00:00:00Z');
my %lexicon = map { $_ => 1 } slurp('lib/rec/lexicon.c') =~ /W\("([^"]+)"\)/g;
cmp_ok(scalar keys %lexicon, '>', 500, 'the words that stay');

sub report {
	my ($form, @rest) = @_;
	my @to = $form eq 'mail' ? ('--to', 'audit@example.org') : ();
	my @own = ref $rest[-1] ? map { s{^\Q$dir\E/}{}r } @args : @args;	# runs there
	return run('mxreport', @own, '-o', $form, @to, @rest);
}

# The digest as the page of another implementation has it.
sub pseudonym {
	my ($kind, $name, $domain) = @_;
	$_ = Encode::encode('UTF-8', $_) for $name, $domain;
	my $n = { p => 0, m => 1, 's' => 2, w => 3, h => 4, a => 5 }->{$kind};
	my $hex = Digest::SHA::hmac_sha256_hex(chr($n) . pack('Q<', length $name) . $name . ($domain =~ tr/A-Z/a-z/r), $secret);
	return "$kind-" . substr $hex, 0, $kind eq 'w' ? 8 : 16;
}

sub records { return join '', map { my $r = { %$_ }; '{"type":"' . delete($r->{type}) . '"' . ($js->encode($r) =~ s/^\{(?!\})/,/r) . "\n" } @_ }
my @end = ({ type => 'source', src => 'log', size => 10, lines => 1 }, { type => 'coverage', time => '2026-09-01T00:00:00Z', end => '2026-09-03T00:00:00Z', host => 'mx.secret.example', lines => 1, understood => 1, foreign => 0, unknown => 0 });

# Everything that a report says, decoded.
sub plain {
	my ($form, $text) = @_;
	if ($form eq 'mail') {
		my @part = split /\n--=_[^\n]*\n/, $text;
		return join "\n", $part[0], map { my ($h, $body) = split /\n\n/, $_, 2; ($h // '') =~ /base64/ ? MIME::Base64::decode($body) . json_text(MIME::Base64::decode($body)) : (($h // '') =~ /html/ ? plain('html', MIME::QuotedPrint::decode($body // '')) : MIME::QuotedPrint::decode($body // '')) } @part[1 .. $#part];
	}
	return $text . json_text($text) if $form eq 'json';
	$text =~ s{<wbr>}{}g if $form eq 'html';	# where a long name may break
	$text =~ s{</?\w+}{<}g if $form eq 'html';	# names of elements
	return $text =~ s/&(lt|gt|amp|quot|#39);/{ lt => '<', gt => '>', amp => '&', quot => '"', '#39' => "'" }->{$1}/ger if $form eq 'html';
	return $text;
}

sub json_text {
	my ($text) = @_;
	my @todo = (eval { $js->decode($text) } // {});
	my @out;

	while (@todo) {
		my $v = shift @todo;
		push @todo, ref $v eq 'HASH' ? values %$v : ref $v eq 'ARRAY' ? @$v : ();
		push @out, $v if !ref $v && defined $v;
	}
	return Encode::encode('UTF-8', join "\n", @out);
}

subtest 'the lab: nobody is named' => sub {
	my $seen = 0;
	my %stays;
	for my $truth (sort glob 'samples/lab/*.truth') {
		my $base = $truth =~ s/\.truth$//r;
		my @log = grep { -e } "$base.log";
		my %local;
		for (split /\n/, slurp($truth)) {
			my $t = $js->decode($_);
			for my $f (grep { defined } @$t{qw(from to orig_to sasl_user message_id)}) {
				my $l = $f =~ s/^<(.*)>$/$1/r;
				$l =~ s/\@[^@]*$//;
				$local{Encode::encode('UTF-8', $l)} = 1 if length $l;
			}
		}
		# Postfix makes Message-IDs of queue IDs, which stay.
		my %qid = map { $_ => 1 } map { slurp($_) =~ /\]: ([0-9A-Za-z]{6,}): /g } @log;
		delete @local{grep { $qid{$_} } keys %local};
		for my $form (qw(text html json csv tap mail)) {
			my $r = report($form, '--pseudonyms', $key, @log);
			my $text = plain($form, $r->{out});
			my $named = report($form, @log)->{out};
			my @bad;
			for my $l (sort keys %local) {
				my $re = qr/(?<![\w.+\x80-\xff-])\Q$l\E(?![\w+\x80-\xff-])/;
				$seen++ if $named =~ $re;
				next if $text !~ $re;
				$lexicon{lc $l} && $text !~ /(?<![\w.+-])\Q$l\E\@/ ? $stays{$l}++ : push @bad, $l;
			}
			is("@bad", '', "$base, $form");
		}
	}
	cmp_ok($seen, '>', 500, 'without it many are');
	cmp_ok(scalar keys %stays, '<=', 10, 'few are words of every reply: ' . join ' ', sort keys %stays);
};

subtest 'figures and joins' => sub {
	my @log = sort glob 'samples/lab/out-*.log';
	my ($named, $anon) = map { $js->decode(report('json', @$_, @log)->{out}) } [], ['--pseudonyms', $key];
	is_deeply($anon->{$_}, $named->{$_}, "$_: the same") for qw(totals mail_by_day mail_by_hour tls_by_day ciphers domains_without_tls peers_without_tls rules slowest_destinations);
	for my $f (qw(sentence hops compliant violation unknown)) {
		is($anon->{answer}{$f}, $named->{answer}{$f}, "answer: $f");
	}
	like("@{$anon->{answer}{doubts}}", qr/people have pseudonyms/, 'it says that it has pseudonyms');
	unlike("@{$named->{answer}{doubts}}", qr/pseudonyms/, 'and only then');
	for my $t (qw(senders recipients)) {
		my %want = map { my $x = $_; ($x->{address} =~ /^(.*)\@(.*)$/s ? pseudonym('p', unquote($1), $2) . "\@$2" : $x->{address}) => $x } @{$named->{$t}};
		cmp_ok(scalar keys %want, '>', 50, "$t: many");
		my @got = map { $_->{address} } @{$anon->{$t}};
		is_deeply([sort @got], [sort keys %want], "$t: each has the name that HMAC-SHA-256 gives");
		is_deeply([map { my $r = { %$_ }; delete $r->{address}; $r } sort { $a->{address} cmp $b->{address} } @{$anon->{$t}}],
		    [map { my $r = { %{$want{$_}} }; delete $r->{address}; $r } sort keys %want], "$t: and its figures");
	}
	my ($v, $w) = map { my %n; $n{"$_->{time} $_->{rule} $_->{line}"} = $_ for @{$_->{violations}}; \%n } $named, $anon;
	is(join('|', sort keys %$w), join('|', sort keys %$v), 'the same violations');
	my @k = grep { defined $v->{$_}{to} } sort keys %$v;
	cmp_ok(scalar @k, '>', 30, 'many');
	is(scalar(grep { my ($l, $d) = $v->{$_}{to} =~ /^(.*)\@(.*)$/s; $w->{$_}{to} ne pseudonym('p', unquote($l), $d) . "\@$d" } @k), 0, 'of the same people');
	# An unkeyed hash of the recipient would be a way to try names.
	is(scalar(grep { $v->{$_}{id} eq $w->{$_}{id} } @k), 0, 'no identifier that was made of a name');
};

sub unquote { my ($s) = @_; return $s =~ /^"(.*)"$/s ? $1 =~ s/\\(.)/$1/gr : $s }

# What becomes of one reply: the example in the table of reasons.
sub reply {
	my ($text, $more, @opt) = @_;
	my $d = { type => 'delivery', time => '2026-09-02T10:00:00Z', host => 'mx.secret.example', instance => 'postfix', qid => 'Q1', trace => 'mx.secret.example/postfix/Q1', from => 'ann@example.net',
	    to => 'bob@example.org', relay => 'mx1.example.org[198.51.100.25]:25', relay_name => 'mx1.example.org', relay_addr => '198.51.100.25', relay_port => 25, status => 'bounced',
	    dsn => '5.1.1', reply => $text, tls => 'encrypted', %{$more || {}} };
	my $r = run('mxreport', @args, '-o', 'json', '--pseudonyms', $key, @opt, '-', { in => records($d, @end) });
	my $j = eval { $js->decode($r->{out}) } or diag($r->{err});
	return $j->{reasons}[0]{example};
}

my $bob = pseudonym('p', 'bob', 'example.org');
my $ann = pseudonym('p', 'ann', 'example.net');
sub w { return pseudonym('w', $_[0], '') }

subtest 'replies' => sub {
	my $over = 'x' x 400;
	my @case = (
		['an address', '550 5.1.1 <bob@example.org>: Recipient address rejected', "550 5.1.1 <$bob\@example.org>: Recipient address rejected"],
		['its domain in capitals', 'bob@EXAMPLE.org unknown', "$bob\@EXAMPLE.org unknown"],
		['its local part in capitals: somebody else', 'Bob@example.org unknown', pseudonym('p', 'Bob', 'example.org') . '@example.org unknown'],
		['the local part alone', 'mailbox bob full, sorry bob.', "mailbox $bob full, sorry $bob."],
		['within another word', 'bobby bob-x', w('bobby') . ' ' . w('bob-x')],
		['somebody else', 'forwarded to eve@example.com by Eve', 'forwarded to ' . pseudonym('p', 'eve', 'example.com') . '@example.com by ' . w('Eve')],
		['the same name in two domains', 'bob@a.example bob@b.example', pseudonym('p', 'bob', 'a.example') . '@a.example ' . pseudonym('p', 'bob', 'b.example') . '@b.example'],
		['quoted', 'no "bob"@example.org here', "no $bob\@example.org here"],
		['quoted, odd', '<"a b\\"c@d"@example.org>', '<' . pseudonym('p', 'a b"c@d', 'example.org') . '@example.org>'],
		['a quotation', '"bob" and "user unknown"', "\"$bob\" and \"user unknown\""],
		['percent', 'bob%example.com@example.org', pseudonym('p', 'bob%example.com', 'example.org') . '@example.org'],
		['bang', 'host!bob@example.org', pseudonym('p', 'host!bob', 'example.org') . '@example.org'],
		['extension', 'bob+tag@example.org', pseudonym('p', 'bob+tag', 'example.org') . '@example.org'],
		['BATV', 'prvs=123=bob@example.org', pseudonym('p', 'prvs=123=bob', 'example.org') . '@example.org'],
		['a key before it', 'to=bob@example.org user=bob', "to=$bob\@example.org user=$bob"],
		['apostrophes and slashes', "'bob\@example.org' /bob\@example.org", "'$bob\@example.org' /$bob\@example.org"],
		['a URL', 'see https://bob.example.com/?u=bob mailto:bob@example.org', 'see https://' . w('bob.example.com') . '/?' . w('u') . "=$bob mailto:$bob\@example.org"],
		['the null sender', 'from <> refused', 'from <> refused'],
		['UTF-8', 'jörg@example.org jörg', pseudonym('p', 'jörg', 'example.org') . '@example.org ' . w('jörg')],
		['codes stay', '550-5.7.26 4.7.1 421', w('550-5.7.26') . ' 4.7.1 421'],
		['a number is a name', 'call 491701234567', w('call') . ' ' . w('491701234567')],
		['hosts as Postfix writes them', 'host mx2.example.com[192.0.2.9]:2525 said', 'host mx2.example.com[192.0.2.9]:2525 said'],
		['a host of the record', 'mx1.example.org says no', 'mx1.example.org says no'],
		['a name that looks like a host', 'bob.smith unknown', w('bob.smith') . ' unknown'],
		['and stands like one', 'bob.smith[192.0.2.9] x', w('bob.smith') . '[192.0.2.9] ' . w('x')],
		['IPv6', 'client [2001:db8::1] blocked', 'client [2001:db8::1] blocked'],
		['no literal', 'x@[bob] [bob]', w('x') . "\@[$bob] [$bob]"],
		['an @ alone', '@ bob@ @bob', "@ $bob@ \@$bob"],
		['long', "$over\@example.org $over", pseudonym('p', $over, 'example.org') . '@example.org ' . w($over)],
		['empty', '', undef],
	);
	for my $c (@case) {
		my ($name, $in, $want) = @$c;
		is(reply($in), $want, Encode::encode('UTF-8', $name));
	}
	# Who is called as the client says it is called.
	my $helo = '<bob>: Helo command rejected: Bob bob[192.0.2.9]';
	is(reply($helo, { helo => 'bob' }), "<$bob>: Helo command rejected: " . w('Bob') . " $bob\[192.0.2.9]", 'the HELO of somebody');
	is(reply('<eve>: eve-pc EVE', { helo => 'eve' }), '<' . w('eve') . '>: ' . w('eve-pc') . ' ' . w('EVE'), 'of somebody else');
	is(reply('<pc.example.com>: PC.example.com', { helo => 'pc.example.com' }), '<pc.example.com>: PC.example.com', 'of a host');
	is(reply('bob[192.0.2.9] bob.example.com', { client_name => 'bob', host => 'bob.example.com' }), "$bob\[192.0.2.9] bob.example.com", 'a host called as its user');
	is(reply('host mx9[192.0.2.9] mx9', { relay_name => 'mx9' }), 'host mx9[192.0.2.9] mx9', 'a host in short');
	# A local part that every reply may have in it stays there as that word.
	my $mail = pseudonym('p', 'mail', 'example.org');
	is(reply('no mail for mail@example.org, User user', { to => 'mail@example.org', from => 'user@example.net' }), "no mail for $mail\@example.org, User user", 'a common word');
	is(reply('no root', { to => 'root', from => '' }), 'no ' . pseudonym('p', 'root', ''), 'without a domain');
};

subtest 'hosts' => sub {
	my @h = ('--pseudonyms-hosts');
	my ($host, $addr) = (pseudonym('h', '', 'mx1.example.org'), pseudonym('a', '', '198.51.100.25'));
	is(reply('host MX1.example.org[198.51.100.25]:25 said: <bob@example.org> from 192.0.2.7, [2001:db8::1]', {}, @h),
	    "host $host\[$addr]:25 said: <$bob\@example.org> from " . pseudonym('a', '', '192.0.2.7') . ', [' . pseudonym('a', '', '2001:db8::1') . ']', 'in a reply');
	is(reply('host a.example.com[127.0.0.1]', {}, @h), 'host ' . pseudonym('h', '', 'a.example.com') . '[127.0.0.1]', 'loopback is everybody\'s');
	my $log = put("$dir/mail.log", $log =~ s/ mx postfix/ mx.secret.example postfix/gr);
	my @name = map { qr/(?<![\w.-])\Q$_\E(?![\w-])/ } qw(mx.secret.example mx client.example.net 192.0.2.10 mx1.example.org 198.51.100.25 plain.example.net 192.0.2.30 mail.example.org 198.51.100.40);
	my $seen = 0;
	for my $form (qw(text html json csv tap mail)) {
		my $r = report($form, '--pseudonyms', 'key', @h, 'mail.log', { cd => $dir });
		my ($with, $without) = (plain($form, report($form, '--pseudonyms', 'key', 'mail.log', { cd => $dir })->{out}), plain($form, $r->{out}));
			$seen += grep { $with =~ $_ } @name;
		is(join(' ', grep { $without =~ $_ } @name), '', "$form: none");
		like($without, qr/h-[0-9a-f]{16}/, "$form: but pseudonyms") unless $form eq 'tap';
	}
	cmp_ok($seen, '>', 20, 'without the option they are there');
	# The policy still sees who they are.
	my $own = put("$dir/own", "[policy]\nname Own\n[default]\noutbound none\n[outbound]\nexample.org secure\n[internal]\nall none\n[own]\nhost plain.example.net\n");
	my @v = map { my $r = run('mxreport', '-q', '-y', 2026, '-z', 'UTC', '-p', $own, '-o', 'json', @$_, $log); my $j = eval { $js->decode($r->{out}) }; [$r->{status}, $j ? @{$j->{answer}}{qw(hops compliant violation unknown)} : $r->{err}] } [], ['--pseudonyms', $key, @h];
	is_deeply($v[1], $v[0], 'the same verdicts');
	cmp_ok($v[0][1] // 0, '>', 0, 'of some hops');
};

# A list that is cut names the command that prints it all: without a name, too.
subtest 'commands of a report' => sub {
	my $log = 'samples/lab/out-refused.log';
	my $json = report('json', '--pseudonyms', $key, '--rows', 3, $log)->{out};
	my $cut = $js->decode($json)->{cut};
	my $all = $js->decode(report('json', '--pseudonyms', $key, $log)->{out});
	my $env = { env => { PATH => "$Mx::bin:$ENV{PATH}" } };

	for my $list (qw(violations recipients)) {
		like($cut->{$list}{command}, qr/ --pseudonyms \Q$key\E /, "$list: with the option");
		my $out = sh('bash', '-c', $cut->{$list}{command}, $env)->{out};
		is(scalar(() = $out =~ /^\{/mg), scalar @{$all->{$list}}, "$list: all rows");
		unlike($out, qr/u-lost/, "$list: nobody is named");
		like($out, qr/p-[0-9a-f]{16}/, "$list: but by a pseudonym");
	}
	my $hidden = $js->decode(report('json', '--pseudonyms', $key, '--pseudonyms-hosts', '--rows', 3, $log)->{out});
	like($hidden->{cut}{recipients}{command}, qr/ --pseudonyms-hosts /, 'hosts, too');
};

subtest 'keys' => sub {
	my $log = 'samples/lab/out-refused.log';
	my $one = report('json', '--pseudonyms', $key, $log)->{out};
	is(report('json', '--pseudonyms', $key, $log)->{out}, $one, 'the same key, the same bytes');
	is(report('json', '--pseudonyms', put("$dir/k2", $secret), $log)->{out} =~ s/k2/key/gr, $one, 'the line end is not part of the key');
	my ($p, $q) = map { my %n = map { $_ => 1 } /\b(p-[0-9a-f]{16})/g; \%n } $one, report('json', '--pseudonyms', put("$dir/k3", $secret =~ s/k/j/r), $log)->{out};
	cmp_ok(scalar keys %$p, '>', 5, 'pseudonyms');
	is(scalar(keys %$q), scalar(keys %$p), 'another key: as many');
	is(scalar(grep { $q->{$_} } keys %$p), 0, 'and all different');
	my %bad = (empty => put("$dir/b1", ''), short => put("$dir/b2", substr($secret, 0, 31) . "\n\n"), 'line ends' => put("$dir/b3", "\n" x 40), monotonous => put("$dir/b4", 'ab' x 40),
	    huge => put("$dir/b5", $secret x 200), missing => "$dir/none", 'a directory' => $dir);
	for my $what (sort keys %bad) {
		my $r = report('json', '--pseudonyms', $bad{$what}, $log);
		is($r->{status}, 2, "$what: refused");
		is($r->{out}, '', "$what: nothing is written");
		like($r->{err}, qr/^mxreport: \Q$bad{$what}\E: /, "$what: says so");
	}
	is(report('json', '--pseudonyms-hosts', $log)->{status}, 2, '--pseudonyms-hosts alone');
      SKIP: {
		skip 'not root', 1 if $> != 0;
		chmod 0600, put("$dir/b6", $secret);
		chmod 0755, $dir;
		is(report('json', '--pseudonyms', "$dir/b6", Cwd::abs_path($log), { uid => 65534, cd => $dir })->{status}, 2, 'unreadable: refused');
	}
};

done_testing();
