-- SPDX-License-Identifier: GPL-2.0-or-later
-- The views of a database: one text for SQLite and PostgreSQL.  Sizes are in bytes.
--
-- Both engines must give the same rows, so sums are CAST to BIGINT (PostgreSQL's would be
-- NUMERIC), and there is nothing that only one of them knows.  A sum of what is not known is
-- NULL; what only some mappings of a process lack, whose status is partial then, is left out of
-- its sums.  Texts are ordered by each engine as it likes: where rows are to
-- be in order, a view has a number for it, such as first_place.

-- The article's table, column by column.
CREATE VIEW maps AS
SELECT c.test_label, c.hostname, m.pid, m.size AS chunk_size, m.start_addr, m.end_addr,
       m.perms, m.offset_val, m.dev, m.inode, m.pathname
FROM mapping m
JOIN capture c ON c.capture_id = m.capture_id;

-- The article's result, for every process; what it leaves out is in by_process.
CREATE VIEW heap_and_stack AS
SELECT c.capture_id, c.test_label, c.hostname, m.pid, p.pg_role, p.comm,
       CAST(SUM(CASE WHEN m.kind = 'heap' THEN m.size ELSE 0 END) AS BIGINT) AS heap,
       CAST(SUM(CASE WHEN m.kind = 'main-stack' THEN m.size ELSE 0 END) AS BIGINT) AS stack,
       CAST(SUM(m.size) AS BIGINT) AS total_heap_and_stack,
       CAST(SUM(m.rss) AS BIGINT) AS rss_heap_and_stack,
       CAST(SUM(m.private_dirty) AS BIGINT) AS private_dirty_heap_and_stack
FROM mapping m
JOIN capture c ON c.capture_id = m.capture_id
LEFT JOIN process p ON p.capture_id = m.capture_id AND p.pid = m.pid
WHERE m.kind IN ('heap', 'main-stack')
GROUP BY c.capture_id, c.test_label, c.hostname, m.pid, p.pg_role, p.comm;

-- A mapping with what follows from its columns.  resident and private count huge pages, which
-- Rss and Private_* leave out; a kernel whose smaps does not tell of them counts none.  own is
-- what the kernel gets back when the process ends: a page of shared memory is private to smaps as
-- long as only one process has touched it.
CREATE VIEW mapping_cost AS
SELECT s.capture_id, s.pid, s.seq, s.perms, s.dev, s.inode, s.pathname, s.class, s.kind, s.part,
       s.place, s.size, s.rss, s.pss, s.resident, s.private, s.private_dirty, s.anonymous, s.swap, s.hugetlb,
       COALESCE(s.private_hugetlb, 0) AS private_hugetlb,
       CASE WHEN s.perms LIKE '___p' THEN s.private WHEN s.private IS NOT NULL THEN 0 END AS own
FROM (
  SELECT m.*, CAST(m.pid AS BIGINT) * 4294967296 + m.seq AS place,
         CASE WHEN m.rss IS NOT NULL THEN COALESCE(m.shared_hugetlb, 0) + COALESCE(m.private_hugetlb, 0) END AS hugetlb,
         m.rss + COALESCE(m.shared_hugetlb, 0) + COALESCE(m.private_hugetlb, 0) AS resident,
         m.private_clean + m.private_dirty + COALESCE(m.private_hugetlb, 0) AS private,
         CASE m.class WHEN 'file' THEN 'file' WHEN 'bss' THEN 'file' WHEN 'heap' THEN 'heap'
                      WHEN 'anon' THEN 'mmap' WHEN 'arena' THEN 'mmap' WHEN 'stack' THEN 'stack'
                      WHEN 'jit' THEN 'jit' WHEN 'shm' THEN 'shared' WHEN 'sysv' THEN 'shared'
                      WHEN 'posix_shm' THEN 'dynamic'
                      WHEN 'hugetlb' THEN CASE WHEN m.perms LIKE '___s' THEN 'shared' ELSE 'mmap' END
                      ELSE 'other' END AS part
  FROM mapping m
) s;

-- Mappings of a process that have all but their place in common, added up.
CREATE VIEW mapping_sum AS
SELECT capture_id, pid, class, kind, pathname, MIN(seq) AS first_seq, COUNT(*) AS n,
       CAST(SUM(size) AS BIGINT) AS size, CAST(SUM(rss) AS BIGINT) AS rss,
       CAST(SUM(pss) AS BIGINT) AS pss, CAST(SUM(private) AS BIGINT) AS private,
       CAST(SUM(private_dirty) AS BIGINT) AS private_dirty, CAST(SUM(own) AS BIGINT) AS own,
       CAST(SUM(anonymous) AS BIGINT) AS anonymous, CAST(SUM(swap) AS BIGINT) AS swap,
       CAST(SUM(hugetlb) AS BIGINT) AS hugetlb
FROM mapping_cost
GROUP BY capture_id, pid, class, kind, pathname;

-- The same over all processes; rss counts what they share once for each, pss once.
CREATE VIEW by_mapping AS
SELECT c.capture_id, c.test_label, c.hostname, m.class, m.kind, m.pathname, MIN(m.place) AS first_place,
       COUNT(DISTINCT m.pid) AS processes, COUNT(*) AS mappings,
       CAST(SUM(m.size) AS BIGINT) AS size, CAST(SUM(m.rss) AS BIGINT) AS rss,
       CAST(SUM(m.pss) AS BIGINT) AS pss, CAST(SUM(m.private) AS BIGINT) AS private,
       CAST(SUM(m.private_dirty) AS BIGINT) AS private_dirty, CAST(SUM(m.own) AS BIGINT) AS own,
       CAST(SUM(m.swap) AS BIGINT) AS swap, CAST(SUM(m.hugetlb) AS BIGINT) AS hugetlb
FROM mapping_cost m
JOIN capture c ON c.capture_id = m.capture_id
GROUP BY c.capture_id, c.test_label, c.hostname, m.class, m.kind, m.pathname;

-- Mappings of a process added up by what they are for.
CREATE VIEW part_sum AS
SELECT capture_id, pid, part, COUNT(*) AS mappings,
       CAST(SUM(size) AS BIGINT) AS size, CAST(SUM(rss) AS BIGINT) AS rss,
       CAST(SUM(pss) AS BIGINT) AS pss, CAST(SUM(resident) AS BIGINT) AS resident,
       CAST(SUM(private) AS BIGINT) AS private, CAST(SUM(private_dirty) AS BIGINT) AS private_dirty,
       CAST(SUM(own) AS BIGINT) AS own, CAST(SUM(anonymous) AS BIGINT) AS anonymous,
       CAST(SUM(swap) AS BIGINT) AS swap, CAST(SUM(hugetlb) AS BIGINT) AS hugetlb
FROM mapping_cost
GROUP BY capture_id, pid, part;

-- The same in a row for each process: its own is that of file, heap, mmap, stack, jit and other.
-- malloc is what it, or code like it, can have made.  What is not known times 0 is not known.
CREATE VIEW process_cost AS
SELECT capture_id, pid, CAST(SUM(mappings) AS BIGINT) AS mappings,
       CAST(SUM(size) AS BIGINT) AS size, CAST(SUM(rss) AS BIGINT) AS rss,
       CAST(SUM(pss) AS BIGINT) AS pss, CAST(SUM(private) AS BIGINT) AS private,
       CAST(SUM(private_dirty) AS BIGINT) AS private_dirty, CAST(SUM(own) AS BIGINT) AS own,
       CAST(SUM(private) - SUM(own) AS BIGINT) AS shared_mem_private,
       CAST(SUM(anonymous) AS BIGINT) AS anonymous, CAST(SUM(swap) AS BIGINT) AS swap,
       CAST(SUM(hugetlb) AS BIGINT) AS hugetlb,
       CAST(SUM(size * CASE part WHEN 'shared' THEN 1 ELSE 0 END) AS BIGINT) AS shared_mem_size,
       CAST(SUM(resident * CASE part WHEN 'shared' THEN 1 ELSE 0 END) AS BIGINT) AS shared_mem_rss,
       CAST(SUM(size * CASE part WHEN 'dynamic' THEN 1 ELSE 0 END) AS BIGINT) AS dynamic_shm_size,
       CAST(SUM(resident * CASE part WHEN 'dynamic' THEN 1 ELSE 0 END) AS BIGINT) AS dynamic_shm_rss,
       CAST(SUM(size * CASE part WHEN 'file' THEN 1 ELSE 0 END) AS BIGINT) AS file_size,
       CAST(SUM(resident * CASE part WHEN 'file' THEN 1 ELSE 0 END) AS BIGINT) AS file_rss,
       CAST(SUM(own * CASE part WHEN 'file' THEN 1 ELSE 0 END) AS BIGINT) AS file_own,
       CAST(SUM(size * CASE part WHEN 'heap' THEN 1 ELSE 0 END) AS BIGINT) AS heap_size,
       CAST(SUM(resident * CASE part WHEN 'heap' THEN 1 ELSE 0 END) AS BIGINT) AS heap_rss,
       CAST(SUM(own * CASE part WHEN 'heap' THEN 1 ELSE 0 END) AS BIGINT) AS heap_own,
       CAST(SUM(size * CASE part WHEN 'mmap' THEN 1 ELSE 0 END) AS BIGINT) AS mmap_size,
       CAST(SUM(resident * CASE part WHEN 'mmap' THEN 1 ELSE 0 END) AS BIGINT) AS mmap_rss,
       CAST(SUM(own * CASE part WHEN 'mmap' THEN 1 ELSE 0 END) AS BIGINT) AS mmap_own,
       CAST(SUM(mappings * CASE part WHEN 'mmap' THEN 1 ELSE 0 END) AS BIGINT) AS mmap_chunks,
       CAST(SUM(size * CASE part WHEN 'stack' THEN 1 ELSE 0 END) AS BIGINT) AS stack_size,
       CAST(SUM(resident * CASE part WHEN 'stack' THEN 1 ELSE 0 END) AS BIGINT) AS stack_rss,
       CAST(SUM(own * CASE part WHEN 'stack' THEN 1 ELSE 0 END) AS BIGINT) AS stack_own,
       CAST(SUM(size * CASE part WHEN 'jit' THEN 1 ELSE 0 END) AS BIGINT) AS jit_size,
       CAST(SUM(resident * CASE part WHEN 'jit' THEN 1 ELSE 0 END) AS BIGINT) AS jit_rss,
       CAST(SUM(own * CASE part WHEN 'jit' THEN 1 ELSE 0 END) AS BIGINT) AS jit_own,
       CAST(SUM(size * CASE part WHEN 'other' THEN 1 ELSE 0 END) AS BIGINT) AS other_size,
       CAST(SUM(resident * CASE part WHEN 'other' THEN 1 ELSE 0 END) AS BIGINT) AS other_rss,
       CAST(SUM(own * CASE part WHEN 'other' THEN 1 ELSE 0 END) AS BIGINT) AS other_own,
       CAST(SUM(size * CASE WHEN part IN ('heap', 'mmap') THEN 1 ELSE 0 END) AS BIGINT) AS malloc_size,
       CAST(SUM(resident * CASE WHEN part IN ('heap', 'mmap') THEN 1 ELSE 0 END) AS BIGINT) AS malloc_rss,
       CAST(SUM(own * CASE WHEN part IN ('heap', 'mmap') THEN 1 ELSE 0 END) AS BIGINT) AS malloc_own,
       CAST(SUM(swap * CASE WHEN part IN ('heap', 'mmap') THEN 1 ELSE 0 END) AS BIGINT) AS malloc_swap
FROM part_sum
GROUP BY capture_id, pid;

-- Each process, also one of which there are no mappings.
CREATE VIEW by_process AS
SELECT p.capture_id, c.test_label, c.hostname, p.pid, p.ns_pid, p.ppid, p.starttime, p.start_us,
       p.status, p.uid, p.user_name, p.comm, p.exe, p.cmdline, p.pg_instance, p.pg_role, p.pg_user,
       p.pg_db, p.pg_client, p.pg_activity, p.vm_pte,
       m.mappings, m.size, m.rss, m.pss, m.private, m.private_dirty, m.own, m.shared_mem_private,
       m.anonymous, m.swap, m.hugetlb, m.shared_mem_size, m.shared_mem_rss, m.dynamic_shm_size,
       m.dynamic_shm_rss, m.file_size, m.file_rss, m.file_own, m.heap_size, m.heap_rss, m.heap_own,
       m.mmap_size, m.mmap_rss, m.mmap_own, m.mmap_chunks, m.stack_size, m.stack_rss, m.stack_own,
       m.jit_size, m.jit_rss, m.jit_own, m.other_size, m.other_rss, m.other_own, m.malloc_size,
       m.malloc_rss, m.malloc_own, m.malloc_swap
FROM process p
JOIN capture c ON c.capture_id = p.capture_id
LEFT JOIN process_cost m ON m.capture_id = p.capture_id AND m.pid = p.pid;

-- What users have; sums are of the processes that are readable.
CREATE VIEW by_user AS
SELECT capture_id, test_label, hostname, uid, user_name, COUNT(*) AS processes,
       CAST(SUM(CASE WHEN rss IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS readable,
       CAST(SUM(size) AS BIGINT) AS size, CAST(SUM(rss) AS BIGINT) AS rss,
       CAST(SUM(pss) AS BIGINT) AS pss, CAST(SUM(private) AS BIGINT) AS private,
       CAST(SUM(private_dirty) AS BIGINT) AS private_dirty, CAST(SUM(own) AS BIGINT) AS own,
       CAST(SUM(swap) AS BIGINT) AS swap
FROM by_process
GROUP BY capture_id, test_label, hostname, uid, user_name;

-- Shared memory of a PostgreSQL server: a row for each piece, which all its processes map.  Pss
-- adds up to what of it is in memory; huge pages have none: those that only one process has
-- touched add up, and of the others there are at least as many as one has.
CREATE VIEW segments AS
SELECT c.capture_id, c.test_label, c.hostname, p.pg_instance, m.part, m.class, m.pathname, m.dev, m.inode,
       MIN(m.place) AS first_place, COUNT(*) AS processes, CAST(MAX(m.size) AS BIGINT) AS size,
       CAST(SUM(m.pss) + SUM(m.private_hugetlb) + MAX(m.shared_hugetlb) AS BIGINT) AS resident,
       CAST(SUM(m.private_hugetlb) + MAX(m.shared_hugetlb) AS BIGINT) AS hugetlb
FROM (
  SELECT capture_id, pid, part, class, pathname, dev, inode, MIN(place) AS place, SUM(size) AS size, SUM(pss) AS pss,
         SUM(private_hugetlb) AS private_hugetlb, SUM(hugetlb - private_hugetlb) AS shared_hugetlb
  FROM mapping_cost
  WHERE part IN ('shared', 'dynamic')
  GROUP BY capture_id, pid, part, class, pathname, dev, inode
) m
JOIN process p ON p.capture_id = m.capture_id AND p.pid = m.pid
JOIN capture c ON c.capture_id = m.capture_id
WHERE p.pg_instance IS NOT NULL
GROUP BY c.capture_id, c.test_label, c.hostname, p.pg_instance, m.part, m.class, m.pathname, m.dev, m.inode;

-- A PostgreSQL server as a whole: what its processes own, and its shared memory once.
CREATE VIEW instances AS
SELECT b.capture_id, b.test_label, b.hostname, b.pg_instance, b.processes, b.readable, b.rss, b.pss, b.own, b.swap, b.vm_pte,
       s.shared_size, s.shared_resident, s.hugetlb
FROM (
  SELECT capture_id, test_label, hostname, pg_instance, COUNT(*) AS processes,
         CAST(SUM(CASE WHEN rss IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS readable,
         CAST(SUM(rss) AS BIGINT) AS rss, CAST(SUM(pss) AS BIGINT) AS pss, CAST(SUM(own) AS BIGINT) AS own,
         CAST(SUM(swap) AS BIGINT) AS swap, CAST(SUM(vm_pte) AS BIGINT) AS vm_pte
  FROM by_process
  WHERE pg_instance IS NOT NULL
  GROUP BY capture_id, test_label, hostname, pg_instance
) b
LEFT JOIN (
  SELECT capture_id, pg_instance, CAST(SUM(size) AS BIGINT) AS shared_size,
         CAST(SUM(resident) AS BIGINT) AS shared_resident, CAST(SUM(hugetlb) AS BIGINT) AS hugetlb
  FROM segments
  GROUP BY capture_id, pg_instance
) s ON s.capture_id = b.capture_id AND s.pg_instance = b.pg_instance;

-- Two captures of one run of a host, the earlier first; where nobody has told when they were
-- taken, that which was loaded first.
CREATE VIEW capture_pair AS
SELECT a.capture_id AS from_id, b.capture_id AS to_id, a.test_label AS from_label,
       b.test_label AS to_label, a.hostname, (b.taken_us - a.taken_us) / 1000000 AS seconds
FROM capture a
JOIN capture b ON b.hostname = a.hostname
              AND (b.taken_us > a.taken_us OR (b.taken_us - a.taken_us IS NULL AND b.capture_id > a.capture_id))
              AND COALESCE(b.boot_id, '') = COALESCE(a.boot_id, '');

-- Processes that are in both: a pid comes round, so the start must be the same where it is known.
CREATE VIEW process_pair AS
SELECT k.from_id, k.to_id, a.pid
FROM capture_pair k
JOIN process a ON a.capture_id = k.from_id
JOIN process b ON b.capture_id = k.to_id AND b.pid = a.pid
              AND COALESCE(b.starttime, a.starttime, 0) = COALESCE(a.starttime, b.starttime, 0);

-- What has become of each process.  What one of the looks could not read is not known to have grown.
CREATE VIEW growth AS
SELECT k.from_id, k.to_id, k.from_label, k.to_label, k.hostname, k.seconds, b.pid, b.comm, b.pg_role, b.cmdline,
       CASE WHEN s.pid IS NULL THEN 'new' ELSE 'both' END AS presence,
       a.size AS size_from, b.size AS size_to,
       b.size - CASE WHEN s.pid IS NULL THEN 0 ELSE a.size END AS size_delta,
       a.rss AS rss_from, b.rss AS rss_to,
       b.rss - CASE WHEN s.pid IS NULL THEN 0 ELSE a.rss END AS rss_delta,
       a.pss AS pss_from, b.pss AS pss_to,
       b.pss - CASE WHEN s.pid IS NULL THEN 0 ELSE a.pss END AS pss_delta,
       a.own AS own_from, b.own AS own_to,
       b.own - CASE WHEN s.pid IS NULL THEN 0 ELSE a.own END AS own_delta,
       a.malloc_rss AS malloc_from, b.malloc_rss AS malloc_to,
       b.malloc_rss - CASE WHEN s.pid IS NULL THEN 0 ELSE a.malloc_rss END AS malloc_delta,
       b.swap - CASE WHEN s.pid IS NULL THEN 0 ELSE a.swap END AS swap_delta
FROM capture_pair k
JOIN by_process b ON b.capture_id = k.to_id
LEFT JOIN process_pair s ON s.from_id = k.from_id AND s.to_id = k.to_id AND s.pid = b.pid
LEFT JOIN by_process a ON a.capture_id = s.from_id AND a.pid = s.pid
UNION ALL
SELECT k.from_id, k.to_id, k.from_label, k.to_label, k.hostname, k.seconds, a.pid, a.comm, a.pg_role, a.cmdline, 'gone',
       a.size, NULL, -a.size, a.rss, NULL, -a.rss, a.pss, NULL, -a.pss, a.own, NULL, -a.own,
       a.malloc_rss, NULL, -a.malloc_rss, -a.swap
FROM capture_pair k
JOIN by_process a ON a.capture_id = k.from_id
LEFT JOIN process_pair s ON s.from_id = k.from_id AND s.to_id = k.to_id AND s.pid = a.pid
WHERE s.pid IS NULL;

-- Which mappings of those in both have grown.
CREATE VIEW growth_mapping AS
SELECT k.from_id, k.to_id, k.from_label, k.to_label, k.hostname, k.seconds, d.pid, d.class, d.kind, d.pathname,
       MIN(d.place) AS first_place, CAST(SUM(d.n) AS BIGINT) AS n_delta, CAST(SUM(d.size) AS BIGINT) AS size_delta,
       CASE WHEN COUNT(d.rss) = COUNT(*) THEN CAST(SUM(d.rss) AS BIGINT) END AS rss_delta,
       CASE WHEN COUNT(d.pss) = COUNT(*) THEN CAST(SUM(d.pss) AS BIGINT) END AS pss_delta,
       CASE WHEN COUNT(d.own) = COUNT(*) THEN CAST(SUM(d.own) AS BIGINT) END AS own_delta
FROM capture_pair k
JOIN (
  SELECT s.from_id, s.to_id, m.pid, m.class, m.kind, m.pathname, 2 * m.first_seq AS place, m.n, m.size, m.rss, m.pss, m.own
  FROM process_pair s
  JOIN mapping_sum m ON m.capture_id = s.to_id AND m.pid = s.pid
  UNION ALL
  SELECT s.from_id, s.to_id, m.pid, m.class, m.kind, m.pathname, 2 * m.first_seq + 1, -m.n, -m.size, -m.rss, -m.pss, -m.own
  FROM process_pair s
  JOIN mapping_sum m ON m.capture_id = s.from_id AND m.pid = s.pid
) d ON d.from_id = k.from_id AND d.to_id = k.to_id
GROUP BY k.from_id, k.to_id, k.from_label, k.to_label, k.hostname, k.seconds, d.pid, d.class, d.kind, d.pathname;

-- Memory contexts of one name, added up; only of dumps that are complete.
CREATE VIEW contexts AS
SELECT c.capture_id, c.test_label, c.hostname, d.pg_instance, x.pid, x.dump_no, d.source, x.name,
       MIN(x.seq) AS first_seq, MIN(x.depth) AS depth, CAST(SUM(x.n_contexts) AS BIGINT) AS contexts,
       CAST(SUM(x.total_bytes) AS BIGINT) AS total_bytes, CAST(SUM(x.n_blocks) AS BIGINT) AS n_blocks,
       CAST(SUM(x.free_bytes) AS BIGINT) AS free_bytes, CAST(SUM(x.used_bytes) AS BIGINT) AS used_bytes
FROM context x
JOIN context_dump d ON d.capture_id = x.capture_id AND d.pid = x.pid AND d.dump_no = x.dump_no
JOIN capture c ON c.capture_id = x.capture_id
WHERE d.complete = 1
GROUP BY c.capture_id, c.test_label, c.hostname, d.pg_instance, x.pid, x.dump_no, d.source, x.name;

-- Which processes the pids that a server has told are: those inside the namespace of the
-- process, within that server; other servers may have the same.  Of several rows the first
-- that has the start of the process counts, or the first.  A dump is the last complete one; one from
-- before the process began is of another that had its pid.
CREATE VIEW backend_activity AS
SELECT p.capture_id, p.pid, a.pid AS server_pid,
       COALESCE(MIN(CASE WHEN ABS(a.backend_start_us - p.start_us) <= 2000000 THEN a.seq END), MIN(a.seq)) AS seq
FROM process p
JOIN pg_activity a ON a.capture_id = p.capture_id AND a.pid = COALESCE(p.ns_pid, p.pid)
                  AND a.pg_instance = p.pg_instance
GROUP BY p.capture_id, p.pid, a.pid;

CREATE VIEW backend_dump AS
SELECT p.capture_id, p.pid, MAX(d.dump_no) AS dump_no, d.pid AS server_pid
FROM process p
JOIN context_dump d ON d.capture_id = p.capture_id AND d.pid = COALESCE(p.ns_pid, p.pid)
                   AND d.pg_instance = p.pg_instance
                   AND COALESCE(d.logged_us, p.start_us, 0) >= COALESCE(p.start_us, 0) - 2000000
WHERE d.complete = 1
GROUP BY p.capture_id, p.pid, d.pid;

CREATE VIEW backend_malloc AS
SELECT p.capture_id, p.pid, MAX(d.dump_no) AS dump_no, d.pid AS server_pid
FROM process p
JOIN malloc_dump d ON d.capture_id = p.capture_id AND d.pid = COALESCE(p.ns_pid, p.pid)
                  AND d.pg_instance = p.pg_instance
GROUP BY p.capture_id, p.pid, d.pid;

-- The last complete dump of each backend: with the branch below TopMemoryContext, or that
-- itself, and with the kind of context that have most.  DISTINCT, which changes nothing, has SQLite
-- pick these before it joins, where it looks through all there are for each backend.
CREATE VIEW last_dump AS
SELECT b.capture_id, b.pid, b.dump_no, d.source, d.logged_at, d.logged_us, d.grand_total,
       d.grand_blocks, d.grand_free, d.grand_used, t.path AS top_path, t.bytes AS top_bytes,
       t.contexts AS top_contexts, s.name AS top_branch, s.bytes AS top_branch_bytes
FROM backend_dump b
JOIN context_dump d ON d.capture_id = b.capture_id AND d.pid = b.server_pid AND d.dump_no = b.dump_no
LEFT JOIN (
  SELECT DISTINCT capture_id, pid, dump_no, path, bytes, contexts
  FROM (SELECT g.*, ROW_NUMBER() OVER (PARTITION BY g.capture_id, g.pid, g.dump_no
                                       ORDER BY g.bytes DESC, g.seq) AS place
        FROM (SELECT capture_id, pid, dump_no, path, MIN(seq) AS seq,
                     CAST(SUM(total_bytes) AS BIGINT) AS bytes,
                     CAST(SUM(n_contexts) AS BIGINT) AS contexts
              FROM context
              GROUP BY capture_id, pid, dump_no, path) g) kinds
  WHERE place = 1
) t ON t.capture_id = b.capture_id AND t.pid = b.server_pid AND t.dump_no = b.dump_no
LEFT JOIN (
  SELECT DISTINCT capture_id, pid, dump_no, name, bytes
  FROM (SELECT h.*, ROW_NUMBER() OVER (PARTITION BY h.capture_id, h.pid, h.dump_no
                                       ORDER BY h.bytes DESC, h.seq) AS place
        FROM (SELECT capture_id, pid, dump_no, name, MIN(seq) AS seq,
                     CAST(SUM(CASE depth WHEN 1 THEN total_bytes ELSE subtree_bytes END) AS BIGINT) AS bytes
              FROM context
              WHERE depth <= 2
              GROUP BY capture_id, pid, dump_no, name) h) branches
  WHERE place = 1
) s ON s.capture_id = b.capture_id AND s.pid = b.server_pid AND s.dump_no = b.dump_no;

-- The kernel's view of each process of a server beside that of pg_stat_activity.  They are the
-- same process for sure if they agree on when it began.
CREATE VIEW backends AS
SELECT b.capture_id, b.test_label, b.hostname, b.pid, b.ns_pid, b.pg_instance,
       COALESCE(a.backend_type, b.pg_role) AS backend_type, a.application_name,
       COALESCE(a.usename, b.pg_user) AS usename, COALESCE(a.datname, b.pg_db) AS datname,
       COALESCE(a.client_addr, b.pg_client) AS client, COALESCE(a.state, b.pg_activity) AS state,
       a.wait_event_type, a.wait_event, a.leader_pid, a.xact_start, a.query_start, a.query,
       CASE WHEN a.pid IS NULL AND NOT EXISTS (SELECT 1 FROM pg_activity n WHERE n.capture_id = b.capture_id)
              THEN 'no pg_stat_activity'
            WHEN a.pid IS NULL THEN 'not in pg_stat_activity'
            WHEN a.backend_start_us IS NULL OR b.start_us IS NULL THEN 'pid only'
            WHEN ABS(a.backend_start_us - b.start_us) <= 2000000 THEN 'same'
            ELSE 'pid reused' END AS match_quality,
       b.size, b.rss, b.pss, b.private, b.own, b.swap, b.hugetlb, b.vm_pte, b.shared_mem_size,
       b.shared_mem_rss, b.shared_mem_private, b.dynamic_shm_size, b.dynamic_shm_rss, b.file_size,
       b.file_rss, b.file_own, b.heap_size, b.heap_rss, b.heap_own, b.mmap_size, b.mmap_rss,
       b.mmap_own, b.mmap_chunks, b.stack_size, b.stack_rss, b.stack_own, b.jit_size, b.jit_rss,
       b.jit_own, b.other_size, b.other_rss, b.other_own, b.malloc_size, b.malloc_rss, b.malloc_own,
       b.malloc_swap
FROM by_process b
LEFT JOIN backend_activity k ON k.capture_id = b.capture_id AND k.pid = b.pid
LEFT JOIN pg_activity a ON a.capture_id = k.capture_id AND a.pid = k.server_pid AND a.seq = k.seq
WHERE b.pg_instance IS NOT NULL;

-- Kernel, PostgreSQL and malloc beside each other.
--   ctx_used, ctx_free         what contexts have handed out, and what they keep
--   outside                    what malloc has in memory or swap that no context accounts for, by
--                              the kernel; less than 0: contexts hold what was never touched, or
--                              have changed between the looks (skew_ms)
--   malloc_free, other_malloc  the same by malloc: on its free lists, and in use by others
CREATE VIEW reconcile AS
SELECT r.*,
       CASE WHEN r.match_quality = 'pid reused' THEN 'the pid is another process''s by now'
            WHEN r.ctx_total IS NULL THEN 'no complete dump of its contexts'
            WHEN r.own IS NULL AND r.ctx_total < 8388608 THEN 'not known: its smaps was not read'
            WHEN COALESCE(r.own, r.ctx_total) + COALESCE(r.malloc_swap, 0) < 8388608 THEN 'small'
            WHEN r.file_own > r.ctx_total AND r.file_own > r.outside
              THEN CASE WHEN r.llvm > 0 THEN 'in private pages of libraries: JIT'
                        ELSE 'in private pages of files and libraries' END
            WHEN r.malloc_free > r.ctx_used AND r.malloc_free > r.ctx_free AND r.malloc_free > r.other_malloc
              THEN 'freed by PostgreSQL, kept on malloc''s free lists'
            WHEN r.other_malloc > r.ctx_used AND r.other_malloc > r.ctx_free
              THEN CASE WHEN r.llvm > 0 THEN 'in a library: JIT' ELSE 'in a library' END
            WHEN r.outside > r.ctx_used AND r.outside > r.ctx_free
              THEN CASE WHEN r.llvm > 0 THEN 'outside contexts, with JIT loaded: in a library, or on malloc''s free lists'
                        ELSE 'outside contexts: on malloc''s free lists, or in a library' END
            WHEN r.ctx_free > r.ctx_used THEN 'free inside contexts, mostly under ' || r.top_branch
            ELSE 'in use under ' || r.top_branch END AS verdict,
       CASE WHEN r.rss > 3 * r.own THEN 'RSS is mostly shared pages' ELSE '' END AS rss_note
FROM (
  SELECT b.capture_id, b.test_label, b.hostname, b.pid, b.ns_pid, b.pg_instance, b.backend_type,
         b.application_name, b.usename, b.datname, b.client, b.state, b.wait_event_type, b.wait_event,
         b.leader_pid, b.xact_start, b.query_start, b.query, b.match_quality,
         b.size, b.rss, b.pss, b.private, b.own, b.swap, b.hugetlb, b.shared_mem_rss, b.dynamic_shm_rss,
         b.vm_pte, b.file_rss, b.file_own, b.heap_size, b.heap_rss, b.heap_own, b.mmap_size, b.mmap_rss, b.mmap_own,
         b.stack_own, b.jit_own, b.other_own, b.malloc_size, b.malloc_rss, b.malloc_own, b.malloc_swap,
         d.grand_total AS ctx_total, d.grand_used AS ctx_used, d.grand_free AS ctx_free,
         d.top_branch, d.top_branch_bytes, d.top_path, d.top_bytes, d.top_contexts, d.source AS ctx_source, d.logged_at AS ctx_at,
         b.malloc_rss + COALESCE(b.malloc_swap, 0) - d.grand_total AS outside,
         g.free_bytes AS malloc_free,
         g.system_bytes + COALESCE(g.mmap_bytes, 0) - g.free_bytes - d.grand_total AS other_malloc,
         (d.logged_us - c.taken_us) / 1000 AS skew_ms,
         (SELECT COUNT(*) FROM mapping m
          WHERE m.capture_id = b.capture_id AND m.pid = b.pid AND m.pathname LIKE '%/libLLVM%') AS llvm
  FROM backends b
  JOIN capture c ON c.capture_id = b.capture_id
  LEFT JOIN last_dump d ON d.capture_id = b.capture_id AND d.pid = b.pid
  LEFT JOIN backend_malloc k ON k.capture_id = b.capture_id AND k.pid = b.pid
  LEFT JOIN malloc_dump g ON g.capture_id = k.capture_id AND g.pid = k.server_pid AND g.dump_no = k.dump_no
) r;
