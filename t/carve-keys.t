#!/usr/bin/perl

# Private keys and certificates in raw bytes, made and read by openssl.

use strict;
use warnings;
use Digest::SHA 'sha256_hex';
use MIME::Base64 'encode_base64';
use Test::More;
use lib 't';
use Mx;

plan skip_all => 'no openssl' if system('openssl version >/dev/null 2>&1') != 0;

my $dir = dir();
my $x = 7;

sub any { $x = ($x * 1103515245 + 12345) & 0x7fffffff; return ($x >> 8) % $_[0] }
sub noise { return join '', map { chr any(256) } 1 .. $_[0] }

sub keys_of {
	my ($image, @o) = @_;
	my $r = run('mxcarve', @o, put("$dir/i.img", $image));

	return grep { $_->{type} eq 'file' } decoded($r->{out});
}

sub openssl {
	my @cmd = @_;
	my $r = sh('openssl', @cmd);

	die "openssl @cmd: $r->{err}" if $r->{status} ne '0';
	return $r->{out};
}

openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', "/O=Ex\xc3\xa4mple/CN=mx.example.org", '-utf8', '-days', 30, '-keyout', "$dir/rsa8.pem", '-out', "$dir/rsa.crt");
openssl(qw(rsa -in), "$dir/rsa8.pem", qw(-traditional -out), "$dir/rsa1.pem");
openssl(qw(rsa -in), "$dir/rsa8.pem", qw(-traditional -outform DER -out), "$dir/rsa1.der");
openssl(qw(pkcs8 -topk8 -nocrypt -in), "$dir/rsa8.pem", qw(-outform DER -out), "$dir/rsa8.der");
openssl(qw(rsa -in), "$dir/rsa8.pem", qw(-aes128 -passout pass:x -traditional -out), "$dir/rsa1enc.pem");
openssl(qw(pkcs8 -topk8 -in), "$dir/rsa8.pem", qw(-passout pass:x -out), "$dir/rsa8enc.pem");
openssl(qw(pkcs12 -export -inkey), "$dir/rsa8.pem", '-in', "$dir/rsa.crt", qw(-passout pass:x -out), "$dir/rsa.p12");
openssl(qw(ecparam -name prime256v1 -genkey -noout -out), "$dir/ec1.pem");
openssl(qw(ec -in), "$dir/ec1.pem", qw(-outform DER -out), "$dir/ec1.der");
openssl(qw(pkcs8 -topk8 -nocrypt -in), "$dir/ec1.pem", '-out', "$dir/ec8.pem");
openssl(qw(pkcs8 -topk8 -nocrypt -in), "$dir/ec1.pem", qw(-outform DER -out), "$dir/ec8.der");
openssl(qw(genpkey -algorithm ed25519 -out), "$dir/ed8.pem");
openssl(qw(pkey -in), "$dir/ed8.pem", qw(-outform DER -out), "$dir/ed8.der");
openssl(qw(req -x509 -key), "$dir/ec1.pem", qw(-subj /CN=ec.example.org -days 3 -outform DER -out), "$dir/ec.der");
openssl(qw(req -x509 -key), "$dir/ed8.pem", qw(-subj /CN=ed.example.org -days 3 -outform DER -out), "$dir/ed.der");
openssl(qw(x509 -in), "$dir/rsa.crt", qw(-outform DER -out), "$dir/rsa.der");
openssl(qw(x509 -in), "$dir/rsa.crt", qw(-trustout -out), "$dir/trusted.pem");

# Name, kind, form, whose key.
my @all = (
	['rsa8.pem', 'private-key', 'pem pkcs8', 'rsa'], ['rsa1.pem', 'private-key', 'pem pkcs1', 'rsa'],
	['rsa1.der', 'private-key', 'der pkcs1', 'rsa'], ['rsa8.der', 'private-key', 'der pkcs8', 'rsa'],
	['ec1.pem', 'private-key', 'pem sec1', 'ec'], ['ec1.der', 'private-key', 'der sec1', 'ec'],
	['ec8.pem', 'private-key', 'pem pkcs8', 'ec'], ['ec8.der', 'private-key', 'der pkcs8', 'ec'],
	['ed8.pem', 'private-key', 'pem pkcs8', 'ed'], ['ed8.der', 'private-key', 'der pkcs8', 'ed'],
	['rsa1enc.pem', 'encrypted-key', 'pem pkcs1', ''], ['rsa8enc.pem', 'encrypted-key', 'pem pkcs8', ''],
	['rsa.p12', 'encrypted-key', 'der pkcs12', ''],
	['rsa.crt', 'certificate', 'pem x509', 'rsa'], ['rsa.der', 'certificate', 'der x509', 'rsa'],
	['trusted.pem', 'certificate', 'pem x509', 'rsa'],
	['ec.der', 'certificate', 'der x509', 'ec'], ['ed.der', 'certificate', 'der x509', 'ed'],
);
my %public = map { $_->[0] => sha256_hex(openssl(qw(pkey -in), "$dir/$_->[1]", qw(-pubout -outform DER))) }
    ['rsa', 'rsa8.pem'], ['ec', 'ec1.pem'], ['ed', 'ed8.pem'];
my %bits = (rsa => 2048, ec => 256, ed => 256);
my %type = (rsa => 'rsa', ec => 'ec prime256v1', ed => 'ed25519');
my %cert = map { $_ => openssl(qw(x509 -noout -fingerprint -sha256 -in), "$dir/$_.der", qw(-inform DER)) =~ s/.*=|:|\n//gr =~ tr/A-F/a-f/r } qw(rsa ec ed);
my $image = '';
my %at;

for my $a (@all) {
	$image .= noise(100 + any(3000)) . ($a->[2] =~ /pem/ ? "\n" : '');
	$at{$a->[0]} = length $image;
	$image .= slurp("$dir/$a->[0]") . "\0";
}

subtest 'every form, anywhere' => sub {
	my @k = keys_of($image);

	is(scalar(@k), scalar(@all), 'so many');
	for my $a (@all) {
		my ($name, $kind, $form, $of) = @$a;
		my ($k) = grep { $_->{off} == $at{$name} } @k;
		my $text = slurp("$dir/$name");

		$text =~ s/\n\z// if $form =~ /pem/;

		ok($k, "$name: found") or next;
		is("$k->{key_kind}, $k->{format}", "$kind, $form", 'what it is');
		is(substr($image, $k->{off}, $k->{len}), $text, 'its bytes');
		is($k->{key_sha256}, $of ? $public{$of} : undef, 'fingerprint of the public key');
		is(join(' ', $k->{key_type} // '', $k->{key_bits} // ''), $of ? "$type{$of} $bits{$of}" : ' ', 'type and bits');
		next if $kind ne 'certificate';
		is($k->{cert_sha256}, $cert{$of}, 'fingerprint of the certificate');
	}
	my ($c) = grep { $_->{off} == $at{'rsa.crt'} } @k;
	is($c->{cert_subject}, "O=Ex\x{e4}mple,CN=mx.example.org", 'subject');
	is($c->{cert_issuer}, $c->{cert_subject}, 'issuer');
	my $dates = openssl(qw(x509 -noout -dates -dateopt iso_8601 -in), "$dir/rsa.crt");
	is("notBefore=$c->{cert_from}\nnotAfter=$c->{cert_until}\n", $dates =~ tr/ /T/r =~ s/(\d)T?Z$/$1Z/gmr, 'dates');
	is($c->{key_off}, $at{'rsa8.pem'}, 'a certificate tells where its key is');
	my ($p) = grep { $_->{off} == $at{'ec1.der'} } @k;
	is($p->{cert_sha256}, $cert{ec}, 'a key tells its certificate');
};

subtest 'never a byte of a key' => sub {
	my $out = run('mxcarve', put("$dir/i.img", $image))->{out};
	my $der = slurp("$dir/rsa1.der");
	my @secret = ((map { split /\n/ } grep { /KEY/ } map { slurp("$dir/$_->[0]") } @all), unpack('(H32)*', $der), unpack('(H32)*', slurp("$dir/ed8.der")));

	is(scalar(grep { length > 16 && index($out, $_) >= 0 && !/^-----/ } @secret), 0, 'in the records');
	my $k = join "\n", grep { /private-key|encrypted-key|"source"/ } split /\n/, $out;
	my $r = run('mxquote', '--root', '/', '-', { in => "$k\n" });
	is($r->{out}, '', 'mxquote leaves it out');
	like($r->{err}, qr/keys.*--keys/, 'says so');
	is($r->{status}, 2, 'status');
	$r = run('mxquote', '--keys', '--root', '/', '-', { in => "$k\n" });
	like($r->{out}, qr/BEGIN RSA PRIVATE KEY/, 'unless told to');
	is($r->{status}, 0, 'status');
};

subtest 'near misses' => sub {
	my $pem = slurp("$dir/rsa1.pem");
	my $der = slurp("$dir/rsa1.der");
	my $crt = slurp("$dir/rsa.der");
	my $prime = $der;
	substr($prime, length($prime) / 2 + 60, 1) ^= "\1";
	my %miss = (
		'another label at the end' => $pem =~ s/END RSA/END EC/r,
		'no end' => $pem =~ s/-----END.*//sr,
		'a character that is none' => $pem =~ s/\n[A-Za-z]/\n*/r,
		'a line is missing' => $pem =~ s/^[A-Za-z0-9+\/]{64}\n//mr,
		'an unknown label' => $pem =~ s/RSA PRIVATE/PRIVATE PARTS/gr,
		'a manual' => "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n",
		'a public key' => openssl(qw(pkey -in), "$dir/ec1.pem", '-pubout'),
		'primes of another modulus' => $prime,
		'cut off' => substr($der, 0, length($der) / 2),
		'longer than it says' => $der =~ s/^(..)(.)(.)/$1 . $2 . chr(ord($3) + 1)/esr . 'x',
		'a certificate cut off' => substr($crt, 0, length($crt) / 2),
		'a certificate of zeroes' => substr($crt, 0, 40) . "\0" x (length($crt) - 40),
	);
	is(scalar(keys_of("\n" x 100 . $miss{$_} . "\0" x 600)), 0, $_) for sort keys %miss;
	is(scalar(keys_of($_)), 1, 'and an original, at the very front') for $pem, $der, $crt;
};

subtest 'compressed' => sub {
	require IO::Compress::Gzip;
	my $plain = "x\n" . slurp("$dir/rsa.crt");
	IO::Compress::Gzip::gzip(\$plain, \my $z);
	my ($k) = keys_of("\0" x 512 . $z . "\0" x 512);
	is("$k->{src} $k->{off}", "$dir/i.img\@512-GZIP 2", 'in a gzip file');
};

subtest 'the authorities of this system' => sub {
	my $file = '/etc/ssl/certs/ca-certificates.crt';
	plan skip_all => "no $file" if !-r $file;
	my $text = slurp($file);
	my $n = () = $text =~ /^-----BEGIN CERTIFICATE/mg;
	is(scalar(keys_of($text)), $n, "all $n");
};

done_testing();
