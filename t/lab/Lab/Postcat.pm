package Lab::Postcat;

# The dump of mxqueue in the words of postcat.
#
#	my @rec = dumped($file);	# [offset, type, name, length, value]
#	is_deeply([map { as_postcat($name, $_) } @rec], [by_postcat($text)]);
#
# $text is what postcat -voehb says of the file, called by that name, in UTC.

use strict;
use warnings;
use Exporter 'import';
use POSIX ();
use Test::More;
use Mx;

our @EXPORT = qw(dumped as_postcat by_postcat);

# What postcat makes of a time.
sub moment { return POSIX::strftime('%a %b %e %H:%M:%S %Y', gmtime $_[0]) }

# The records that a dump has, as [offset, type, name, length, value].
sub dumped {
	my ($path) = @_;
	my $r = run('mxqueue', '--dump', $path);

	is("$r->{status}$r->{err}", '0', "$path: --dump");
	return grep { $_->[1] ne '-' } map { [split /\t/, $_, 5] } split /\n/, $r->{out};
}

# A value without the escapes of JSON; bytes that are no UTF-8 stand as
# lone surrogates.
sub plain {
	my ($s) = @_;
	my %c = (n => "\n", t => "\t", r => "\r", b => "\b", f => "\f");

	$s =~ s{\\(?:u([0-9a-f]{4})|(.))}{
		my $u = defined $1 ? hex $1 : 0;
		my $t = $u >= 0xdc80 && $u <= 0xdcff ? '' : chr $u;
		utf8::encode($t);
		!defined $1 ? $c{$2} // $2 : $t eq '' ? chr($u - 0xdc00) : $t;
	}gei;
	return $s;
}

# One record as postcat shows it: offset, and what stands behind.
sub as_postcat {
	my ($path, $rec) = @_;
	my ($off, $type, $name, $len, $value) = @$rec;

	$name =~ s/ .*//;
	$value = plain($value // '');
	is(length $value, $len, "$path $off: length");
	$name = 'create_time' if $value =~ s/^create_time=(\d+)$/moment($1)/e;
	$value = moment($1) if $type =~ /^[TW]$/ && $value =~ /^ *(\d+)/;
	my %mark = (M => 'MESSAGE CONTENTS', X => 'HEADER EXTRACTED', E => 'MESSAGE FILE END');
	return [$off, "*** $mark{$type} $path ***"] if $mark{$type};
	return [$off, "$name: $value"];
}

# The lines of postcat -o: [offset, what stands behind].
sub by_postcat {
	my ($text) = @_;

	return map { [/^\s*(\d+) ?(.*)/s] } grep { /^\s*\d+ / }
	    split /\n(?=\s*\d+ |\z)/, $text;
}

1;
