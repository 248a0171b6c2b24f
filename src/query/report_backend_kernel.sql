-- SPDX-License-Identifier: GPL-2.0-or-later
-- Mappings of one process added up by what they are for, in kB.  In psql: -v pid=NUMBER.
--
-- resident is Rss and huge pages, own what the kernel gets back when the process ends.
SELECT c.test_label, c.hostname, s.pid, s.part, s.mappings, s.size / 1024 AS size,
       s.resident / 1024 AS resident, s.own / 1024 AS own, s.swap / 1024 AS swap
FROM part_sum s
JOIN capture c ON c.capture_id = s.capture_id
WHERE s.pid = :pid
ORDER BY s.capture_id, CASE s.part WHEN 'shared' THEN 1 WHEN 'dynamic' THEN 2 WHEN 'file' THEN 3 WHEN 'heap' THEN 4
                                   WHEN 'mmap' THEN 5 WHEN 'stack' THEN 6 WHEN 'jit' THEN 7 ELSE 8 END;
