-- SPDX-License-Identifier: GPL-2.0-or-later
-- Which mappings of those processes that are in both of two captures of a host have grown or
-- shrunk, in kB: what has grown most first.
SELECT from_label, to_label, hostname, seconds, pid, class, kind, n_delta AS mappings_delta,
       own_delta / 1024 AS own_delta, rss_delta / 1024 AS rss_delta, pss_delta / 1024 AS pss_delta,
       size_delta / 1024 AS size_delta, pathname
FROM growth_mapping
WHERE COALESCE(own_delta, 1) <> 0 OR COALESCE(rss_delta, 1) <> 0 OR n_delta <> 0 OR size_delta <> 0
ORDER BY from_id, to_id, CASE WHEN own_delta IS NULL THEN 1 ELSE 0 END, own_delta DESC, size_delta DESC,
         COALESCE(rss_delta, 0) DESC, pid, first_place;
