/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SQL of the reports: report_….sql, which the build makes texts of.
 */
#ifndef PX_REPORT_TEXTS_H
#define PX_REPORT_TEXTS_H

extern const char px_report_backend_sql[];
extern const char px_report_backend_contexts_sql[];
extern const char px_report_backend_kernel_sql[];
extern const char px_report_backends_sql[];
extern const char px_report_contexts_sql[];
extern const char px_report_growth_sql[];
extern const char px_report_growth_mappings_sql[];
extern const char px_report_heap_stack_sql[];
extern const char px_report_instances_sql[];
extern const char px_report_mappings_sql[];
extern const char px_report_processes_sql[];
extern const char px_report_segments_sql[];
extern const char px_report_users_sql[];

#endif
