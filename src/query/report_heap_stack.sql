-- SPDX-License-Identifier: GPL-2.0-or-later
-- How large [heap] and [stack] of the processes of PostgreSQL servers are, in kB.
--
-- It is what is often added up, and the wrong number: sizes count what was never touched, and
-- large blocks of malloc are in neither.  own is what the kernel gets back when the process ends.
SELECT p.test_label, p.hostname, p.pg_instance AS server, p.pid, p.pg_role AS role,
       h.heap / 1024 AS heap, h.stack / 1024 AS stack, h.total_heap_and_stack / 1024 AS heap_and_stack,
       h.rss_heap_and_stack / 1024 AS resident, p.rss / 1024 AS rss, p.own / 1024 AS own
FROM by_process p
LEFT JOIN heap_and_stack h ON h.capture_id = p.capture_id AND h.pid = p.pid
WHERE p.pg_instance IS NOT NULL
ORDER BY p.capture_id, COALESCE(h.total_heap_and_stack, -1) DESC, p.pid;
