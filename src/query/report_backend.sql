-- SPDX-License-Identifier: GPL-2.0-or-later
-- One backend: who it is, what it has, and where that is; in kB.  In psql: -v pid=NUMBER.
--
-- The number is the kernel's or, if no backend has it there, that inside the namespace of its
-- server, where namesakes of all servers on the host have it.  shared is what of rss is not
-- private to it.  ctx_free is free inside contexts, malloc_free on the free lists of malloc, and
-- other_malloc in use by others than contexts: both by malloc itself.
SELECT r.test_label, r.hostname, c.taken_at, r.pg_instance AS server, r.pid, r.ns_pid,
       r.backend_type, r.application_name, r.usename AS username, r.datname, r.client, r.leader_pid, r.state,
       r.wait_event_type, r.wait_event, r.xact_start, r.query_start, r.query, r.match_quality AS "match",
       r.size / 1024 AS size, r.rss / 1024 AS rss, (r.rss + r.hugetlb) / 1024 AS resident, r.pss / 1024 AS pss,
       (r.rss + r.hugetlb - r.private) / 1024 AS shared, r.own / 1024 AS own, r.swap / 1024 AS swap,
       r.hugetlb / 1024 AS hugetlb, r.vm_pte / 1024 AS page_tables,
       r.ctx_source, r.ctx_at, r.skew_ms, r.ctx_total / 1024 AS ctx_total, r.ctx_used / 1024 AS ctx_used,
       r.ctx_free / 1024 AS ctx_free, r.top_branch, r.top_branch_bytes / 1024 AS top_branch_size,
       r.top_path AS top_kind, r.top_contexts AS top_kind_contexts, r.top_bytes / 1024 AS top_kind_size,
       (SELECT COUNT(*)
        FROM context_dump d
        WHERE d.capture_id = r.capture_id AND d.pid = COALESCE(r.ns_pid, r.pid) AND d.complete = 0
          AND d.pg_instance = r.pg_instance) AS incomplete_dumps,
       r.malloc_rss / 1024 AS malloc, r.malloc_swap / 1024 AS malloc_swap, r.outside / 1024 AS outside,
       (SELECT COUNT(*)
        FROM process p
        WHERE p.capture_id = r.capture_id AND p.ns_pid = r.ns_pid AND p.pg_instance IS NOT NULL) AS namesakes,
       r.malloc_free / 1024 AS malloc_free, r.other_malloc / 1024 AS other_malloc, r.rss_note, r.verdict
FROM reconcile r
JOIN capture c ON c.capture_id = r.capture_id
WHERE r.pid = :pid OR (r.ns_pid = :pid AND NOT EXISTS (
  SELECT 1 FROM process p WHERE p.capture_id = r.capture_id AND p.pid = :pid AND p.pg_instance IS NOT NULL))
ORDER BY COALESCE(c.taken_us, 0) DESC, r.capture_id DESC, r.pid;
