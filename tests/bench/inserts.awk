# SPDX-License-Identifier: GPL-2.0-or-later
# A map as INSERTs, one for each line and all in a transaction: what the article does, in gawk, which alone has
# strtonum().  To be told: label, host, pid.
BEGIN { print "BEGIN;" }

{
	split($1, bounds, "-")
	size = strtonum("0x" bounds[2]) - strtonum("0x" bounds[1])
	# A name with a blank is lost.
	name = NF == 6 ? "'" $6 "'" : "NULL"
	printf("INSERT INTO maps VALUES ('%s', '%s', %d, %d, '%s', '%s', '%s', '%s', '%s', '%s', %s);\n",
		label, host, pid, size, bounds[1], bounds[2], $2, $3, $4, $5, name)
}

END { print "COMMIT;" }
