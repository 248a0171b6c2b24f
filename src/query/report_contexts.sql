-- SPDX-License-Identifier: GPL-2.0-or-later
-- Memory contexts of each backend, those of one name added up, in kB: the largest first.
--
-- They are of its last dump that is complete.  pid is as the server has it.
SELECT x.test_label, x.hostname, x.pg_instance AS server, x.pid, x.name, x.depth, x.contexts,
       x.total_bytes / 1024 AS total, x.used_bytes / 1024 AS used, x.free_bytes / 1024 AS free
FROM contexts x
JOIN (
  SELECT capture_id, pid, COALESCE(pg_instance, 0) AS server, MAX(dump_no) AS dump_no
  FROM context_dump
  WHERE complete = 1
  GROUP BY capture_id, pid, COALESCE(pg_instance, 0)
) d ON d.capture_id = x.capture_id AND d.pid = x.pid AND d.server = COALESCE(x.pg_instance, 0)
   AND d.dump_no = x.dump_no
ORDER BY x.capture_id, x.total_bytes DESC, x.pid, COALESCE(x.pg_instance, 0), x.first_seq;
