/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that does nothing: what it costs to start any at all.
 */
int main(void)
{
	return 0;
}
