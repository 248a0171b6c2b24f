-- SPDX-License-Identifier: GPL-2.0-or-later
-- Memory contexts of one backend, by where they are in the tree, in kB: the largest first, by the
-- last dump that is complete.  In psql: -v pid=NUMBER.
SELECT c.test_label, c.hostname, b.pid, x.path, CAST(SUM(x.n_contexts) AS BIGINT) AS contexts,
       CAST(SUM(x.total_bytes) AS BIGINT) / 1024 AS total, CAST(SUM(x.used_bytes) AS BIGINT) / 1024 AS used,
       CAST(SUM(x.free_bytes) AS BIGINT) / 1024 AS free
FROM backend_dump b
JOIN context x ON x.capture_id = b.capture_id AND x.pid = b.server_pid AND x.dump_no = b.dump_no
JOIN capture c ON c.capture_id = b.capture_id
WHERE b.pid = :pid
GROUP BY b.capture_id, c.test_label, c.hostname, b.pid, x.path
ORDER BY b.capture_id, SUM(x.total_bytes) DESC, MIN(x.seq);
