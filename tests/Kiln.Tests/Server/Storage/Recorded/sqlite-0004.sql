PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE kiln_schema (version integer not null primary key, name text not null, applied_at bigint not null);
INSERT INTO kiln_schema VALUES(1,'documents',1795819538527);
INSERT INTO kiln_schema VALUES(2,'runs',1795819538552);
INSERT INTO kiln_schema VALUES(3,'log_chunks',1795819538553);
INSERT INTO kiln_schema VALUES(4,'audit',1795819538553);
CREATE TABLE documents (
    id integer not null primary key,
    kind text not null,
    project_key text not null,
    name text not null,
    revision integer not null,
    json text not null,
    created_by text not null,
    updated_by text not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (kind, project_key, name)
);
INSERT INTO documents VALUES(1,'master_key_check','','sealed',1,'{"sealed":"kiln1.d6929744.7y7WaCYPVUgDoqs0yMP_f_RPAJsdZKIG38eleohxgwVeKk6h9njxsulIr_Iu-KxZrgCc6gXr9X0kL8zG.s_PfqJfieElvsWdIYE9x_HBrYmsjXd-C28XvKJvM2bJ_ikWtOsjBh9b3SBk"}','system','system',1795819541073,1795819541073);
INSERT INTO documents VALUES(2,'buildimage','','ubuntu 18.04',1,'{"label":"ubuntu 18.04","value":"ubuntu:18.04","image_from":"system"}','system','system',1795819541237,1795819541237);
INSERT INTO documents VALUES(3,'buildimage','','ubuntu 20.04',1,'{"label":"ubuntu 20.04","value":"ubuntu:20.04","image_from":"system"}','system','system',1795819541265,1795819541265);
INSERT INTO documents VALUES(4,'buildimage','','ubuntu 22.04',1,'{"label":"ubuntu 22.04","value":"ubuntu:22.04","image_from":"system"}','system','system',1795819541278,1795819541278);
INSERT INTO documents VALUES(5,'buildimage','','ubuntu 24.04',1,'{"label":"ubuntu 24.04","value":"ubuntu:24.04","image_from":"system"}','system','system',1795819541280,1795819541280);
INSERT INTO documents VALUES(6,'cluster','','local',1,'{"name":"local","production":false,"description":"The cluster that the server itself runs in.","provider":0,"type":"agent","local":true,"kube_config":"","api_server":"","token":"","tls_ca":"","namespace":"","cache":{"medium_type":"none","object_storage":"","provision_type":"","pvc":"","storage_class":"","storage_size_in_gib":0,"subpath":""},"project_names":[],"strategies":[{"strategy_name":"default","strategy":"normal","node_labels":[],"tolerations":"","default":true}]}','system','system',1795819541290,1795819541290);
INSERT INTO documents VALUES(7,'project','','old',1,'{"project_key":"old","project_name":"old","is_public":false,"description":"","project_type":"yaml","allowed_settings":[]}','admin','admin',1795819544144,1795819544144);
INSERT INTO documents VALUES(8,'variable','old','SHARED',1,'{"key":"SHARED","value":"kiln1.d6929744.CiMC7Kv-8vLCFaMNYRyhsNEg3-EGyItEsR40ccqW7hK5hfPjo7JdAaMBk1KeAN9exDltrm5mSuAkrKQv.HGsJAxBts1uK1RRxOvRmgB37bjpVFaR8z0S5hRNzh_j-bfmhMuGyjxVZpQ","is_credential":true,"description":""}','admin','admin',1795819544609,1795819544609);
INSERT INTO documents VALUES(9,'build','old','passes',1,'{"form":"plain","spec":{"name":"passes","project_key":"old","services":[],"infrastructure":"vm","build_os":"ubuntu 20.04","installs":[],"script_type":"shell","build_script":"seq -f \"line %g of a recorded log\" 1 1500; printf end","repo_info":[],"parameters":[{"key":"SECRET","type":"string","is_credential":true,"description":"","default_value":"kiln1.d6929744.ejhQIpZXjPmqoK4aRagQB_zxqA4gOH7rvzkX19LlzsFeLW5t65FrzD7xilTGx6YUWjhE4L4Jk_t3Odli.Fg_b6Dg4XJCM7QmVVA6vogpEWtQaU3fkwVSjD3RzW7RDKLkEi0FFsEQgVw","choice_option":[],"choice_value":[]}],"advanced_settings":{"cluster_name":"local","timeout":60,"resource_spec":{"cpu_limit":4000,"memory_limit":8192,"gpu_limit":"","cpu_req":1000,"memory_req":1024},"use_host_docker_daemon":false,"cache_setting":{"enabled":false,"cache_dir":"","cache_key":"","restore_keys":[]},"strategy_name":"default","storages":{"enabled":false,"storages_properties":[]},"privileged_mode":false,"custom_annotations":[],"custom_labels":[],"outputs":[]},"description":"","vm_labels":[],"post_build":{"scripts":""},"reports":{"junit":[]}}}','admin','admin',1795819545653,1795819545653);
INSERT INTO documents VALUES(10,'build','old','fails',2,'{"form":"plain","spec":{"name":"fails","project_key":"old","services":[],"infrastructure":"vm","build_os":"ubuntu 20.04","installs":[],"script_type":"shell","build_script":"exit 4","repo_info":[],"parameters":[],"advanced_settings":{"cluster_name":"local","timeout":60,"resource_spec":{"cpu_limit":4000,"memory_limit":8192,"gpu_limit":"","cpu_req":1000,"memory_req":1024},"use_host_docker_daemon":false,"cache_setting":{"enabled":false,"cache_dir":"","cache_key":"","restore_keys":[]},"strategy_name":"default","storages":{"enabled":false,"storages_properties":[]},"privileged_mode":false,"custom_annotations":[],"custom_labels":[],"outputs":[]},"description":"changed once","vm_labels":[],"post_build":{"scripts":""},"reports":{"junit":[]}}}','admin','admin',1795819546032,1795819546320);
INSERT INTO documents VALUES(11,'build','old','waits',1,'{"form":"plain","spec":{"name":"waits","project_key":"old","services":[],"infrastructure":"vm","build_os":"ubuntu 20.04","installs":[],"script_type":"shell","build_script":"true","repo_info":[],"parameters":[],"advanced_settings":{"cluster_name":"local","timeout":60,"resource_spec":{"cpu_limit":4000,"memory_limit":8192,"gpu_limit":"","cpu_req":1000,"memory_req":1024},"use_host_docker_daemon":false,"cache_setting":{"enabled":false,"cache_dir":"","cache_key":"","restore_keys":[]},"strategy_name":"default","storages":{"enabled":false,"storages_properties":[]},"privileged_mode":false,"custom_annotations":[],"custom_labels":[],"outputs":[]},"description":"","vm_labels":["nowhere"],"post_build":{"scripts":""},"reports":{"junit":[]}}}','admin','admin',1795819546625,1795819546625);
CREATE TABLE document_tags (
    document_id bigint not null,
    tag text not null,
    primary key (document_id, tag)
);
INSERT INTO document_tags VALUES(9,'buildimage/ubuntu 20.04');
INSERT INTO document_tags VALUES(9,'cluster/local');
INSERT INTO document_tags VALUES(10,'buildimage/ubuntu 20.04');
INSERT INTO document_tags VALUES(10,'cluster/local');
INSERT INTO document_tags VALUES(11,'buildimage/ubuntu 20.04');
INSERT INTO document_tags VALUES(11,'cluster/local');
CREATE TABLE document_revisions (
    document_id bigint not null,
    revision integer not null,
    change text not null,
    json text not null,
    changed_by text not null,
    changed_at bigint not null,
    primary key (document_id, revision)
);
INSERT INTO document_revisions VALUES(1,1,'created','{"sealed":"kiln1.d6929744.7y7WaCYPVUgDoqs0yMP_f_RPAJsdZKIG38eleohxgwVeKk6h9njxsulIr_Iu-KxZrgCc6gXr9X0kL8zG.s_PfqJfieElvsWdIYE9x_HBrYmsjXd-C28XvKJvM2bJ_ikWtOsjBh9b3SBk"}','system',1795819541073);
INSERT INTO document_revisions VALUES(2,1,'created','{"label":"ubuntu 18.04","value":"ubuntu:18.04","image_from":"system"}','system',1795819541237);
INSERT INTO document_revisions VALUES(3,1,'created','{"label":"ubuntu 20.04","value":"ubuntu:20.04","image_from":"system"}','system',1795819541265);
INSERT INTO document_revisions VALUES(4,1,'created','{"label":"ubuntu 22.04","value":"ubuntu:22.04","image_from":"system"}','system',1795819541278);
INSERT INTO document_revisions VALUES(5,1,'created','{"label":"ubuntu 24.04","value":"ubuntu:24.04","image_from":"system"}','system',1795819541280);
INSERT INTO document_revisions VALUES(6,1,'created','{"name":"local","production":false,"description":"The cluster that the server itself runs in.","provider":0,"type":"agent","local":true,"kube_config":"","api_server":"","token":"","tls_ca":"","namespace":"","cache":{"medium_type":"none","object_storage":"","provision_type":"","pvc":"","storage_class":"","storage_size_in_gib":0,"subpath":""},"project_names":[],"strategies":[{"strategy_name":"default","strategy":"normal","node_labels":[],"tolerations":"","default":true}]}','system',1795819541290);
INSERT INTO document_revisions VALUES(7,1,'created','{"project_key":"old","project_name":"old","is_public":false,"description":"","project_type":"yaml","allowed_settings":[]}','admin',1795819544144);
INSERT INTO document_revisions VALUES(8,1,'created','{"key":"SHARED","value":"kiln1.d6929744.CiMC7Kv-8vLCFaMNYRyhsNEg3-EGyItEsR40ccqW7hK5hfPjo7JdAaMBk1KeAN9exDltrm5mSuAkrKQv.HGsJAxBts1uK1RRxOvRmgB37bjpVFaR8z0S5hRNzh_j-bfmhMuGyjxVZpQ","is_credential":true,"description":""}','admin',1795819544609);
INSERT INTO document_revisions VALUES(9,1,'created','{"form":"plain","spec":{"name":"passes","project_key":"old","services":[],"infrastructure":"vm","build_os":"ubuntu 20.04","installs":[],"script_type":"shell","build_script":"seq -f \"line %g of a recorded log\" 1 1500; printf end","repo_info":[],"parameters":[{"key":"SECRET","type":"string","is_credential":true,"description":"","default_value":"kiln1.d6929744.ejhQIpZXjPmqoK4aRagQB_zxqA4gOH7rvzkX19LlzsFeLW5t65FrzD7xilTGx6YUWjhE4L4Jk_t3Odli.Fg_b6Dg4XJCM7QmVVA6vogpEWtQaU3fkwVSjD3RzW7RDKLkEi0FFsEQgVw","choice_option":[],"choice_value":[]}],"advanced_settings":{"cluster_name":"local","timeout":60,"resource_spec":{"cpu_limit":4000,"memory_limit":8192,"gpu_limit":"","cpu_req":1000,"memory_req":1024},"use_host_docker_daemon":false,"cache_setting":{"enabled":false,"cache_dir":"","cache_key":"","restore_keys":[]},"strategy_name":"default","storages":{"enabled":false,"storages_properties":[]},"privileged_mode":false,"custom_annotations":[],"custom_labels":[],"outputs":[]},"description":"","vm_labels":[],"post_build":{"scripts":""},"reports":{"junit":[]}}}','admin',1795819545653);
INSERT INTO document_revisions VALUES(10,1,'created','{"form":"plain","spec":{"name":"fails","project_key":"old","services":[],"infrastructure":"vm","build_os":"ubuntu 20.04","installs":[],"script_type":"shell","build_script":"exit 3","repo_info":[],"parameters":[],"advanced_settings":{"cluster_name":"local","timeout":60,"resource_spec":{"cpu_limit":4000,"memory_limit":8192,"gpu_limit":"","cpu_req":1000,"memory_req":1024},"use_host_docker_daemon":false,"cache_setting":{"enabled":false,"cache_dir":"","cache_key":"","restore_keys":[]},"strategy_name":"default","storages":{"enabled":false,"storages_properties":[]},"privileged_mode":false,"custom_annotations":[],"custom_labels":[],"outputs":[]},"description":"","vm_labels":[],"post_build":{"scripts":""},"reports":{"junit":[]}}}','admin',1795819546032);
INSERT INTO document_revisions VALUES(10,2,'updated','{"form":"plain","spec":{"name":"fails","project_key":"old","services":[],"infrastructure":"vm","build_os":"ubuntu 20.04","installs":[],"script_type":"shell","build_script":"exit 4","repo_info":[],"parameters":[],"advanced_settings":{"cluster_name":"local","timeout":60,"resource_spec":{"cpu_limit":4000,"memory_limit":8192,"gpu_limit":"","cpu_req":1000,"memory_req":1024},"use_host_docker_daemon":false,"cache_setting":{"enabled":false,"cache_dir":"","cache_key":"","restore_keys":[]},"strategy_name":"default","storages":{"enabled":false,"storages_properties":[]},"privileged_mode":false,"custom_annotations":[],"custom_labels":[],"outputs":[]},"description":"changed once","vm_labels":[],"post_build":{"scripts":""},"reports":{"junit":[]}}}','admin',1795819546320);
INSERT INTO document_revisions VALUES(11,1,'created','{"form":"plain","spec":{"name":"waits","project_key":"old","services":[],"infrastructure":"vm","build_os":"ubuntu 20.04","installs":[],"script_type":"shell","build_script":"true","repo_info":[],"parameters":[],"advanced_settings":{"cluster_name":"local","timeout":60,"resource_spec":{"cpu_limit":4000,"memory_limit":8192,"gpu_limit":"","cpu_req":1000,"memory_req":1024},"use_host_docker_daemon":false,"cache_setting":{"enabled":false,"cache_dir":"","cache_key":"","restore_keys":[]},"strategy_name":"default","storages":{"enabled":false,"storages_properties":[]},"privileged_mode":false,"custom_annotations":[],"custom_labels":[],"outputs":[]},"description":"","vm_labels":["nowhere"],"post_build":{"scripts":""},"reports":{"junit":[]}}}','admin',1795819546625);
CREATE TABLE runs (
    run_id integer not null primary key,
    project_key text not null,
    build_name text not null,
    service_name text not null,
    service_module text not null,
    status text not null,
    attempt integer not null,
    priority integer not null,
    created_by text not null,
    created_at bigint not null,
    plan text not null,
    secrets text not null,
    parameters text not null
);
INSERT INTO runs VALUES(1,'old','passes','','','passed',1,0,'admin',1795819546957,'{"project_key":"old","build_name":"passes","revision":1,"service_name":"","service_module":"","infrastructure":"vm","timeout_minutes":60,"host_labels":[],"pod":null,"variables":[{"name":"CI","value":"true","secret_ref":null},{"name":"ZADIG","value":"true","secret_ref":null},{"name":"DOCKER_HOST","value":"","secret_ref":null},{"name":"SHARED","value":"","secret_ref":"variable/SHARED"},{"name":"SECRET","value":"","secret_ref":"variable/SECRET"},{"name":"PROJECT","value":"old","secret_ref":null},{"name":"WORKFLOW","value":"passes","secret_ref":null},{"name":"TASK_ID","value":"1","secret_ref":null},{"name":"TASK_URL","value":"http://127.0.0.1:18659/runs/1","secret_ref":null},{"name":"BUILD_URL","value":"http://127.0.0.1:18659/runs/1","secret_ref":null},{"name":"SERVICE","value":"","secret_ref":null},{"name":"SERVICE_NAME","value":"","secret_ref":null},{"name":"SERVICE_MODULE","value":"","secret_ref":null},{"name":"IMAGE","value":"passes:20261127224546","secret_ref":null},{"name":"PKG_FILE","value":"passes-20261127224546.tar.gz","secret_ref":null}],"repos":[],"steps":[{"type":"script","kind":"shell","body":"seq -f \"line %g of a recorded log\" 1 1500; printf end","name":"script"}],"outputs":["IMAGE","PKG_FILE"],"notices":[]}','{"variable/SHARED":"kiln1.d6929744.CiMC7Kv-8vLCFaMNYRyhsNEg3-EGyItEsR40ccqW7hK5hfPjo7JdAaMBk1KeAN9exDltrm5mSuAkrKQv.HGsJAxBts1uK1RRxOvRmgB37bjpVFaR8z0S5hRNzh_j-bfmhMuGyjxVZpQ","variable/SECRET":"kiln1.d6929744.0xR2VWIjTmDF_Y70bcr2NhVxawTLXMF4IEMcaMx9tXo3hcSHLiH_iaYqdTPPjr0xi-XIHwBPPB9lBiah.7wc5fWXDXQKi-19ndH-GerIOG1KDlIeYAzOLx0oh6Gn_CaCV2qWc36N-OQ"}','[{"key":"SECRET","value":"********","is_credential":true}]');
INSERT INTO runs VALUES(2,'old','fails','','','failed',2,0,'admin',1795819547693,'{"project_key":"old","build_name":"fails","revision":2,"service_name":"","service_module":"","infrastructure":"vm","timeout_minutes":60,"host_labels":[],"pod":null,"variables":[{"name":"CI","value":"true","secret_ref":null},{"name":"ZADIG","value":"true","secret_ref":null},{"name":"DOCKER_HOST","value":"","secret_ref":null},{"name":"SHARED","value":"","secret_ref":"variable/SHARED"},{"name":"PROJECT","value":"old","secret_ref":null},{"name":"WORKFLOW","value":"fails","secret_ref":null},{"name":"TASK_ID","value":"2","secret_ref":null},{"name":"TASK_URL","value":"http://127.0.0.1:18659/runs/2","secret_ref":null},{"name":"BUILD_URL","value":"http://127.0.0.1:18659/runs/2","secret_ref":null},{"name":"SERVICE","value":"","secret_ref":null},{"name":"SERVICE_NAME","value":"","secret_ref":null},{"name":"SERVICE_MODULE","value":"","secret_ref":null},{"name":"IMAGE","value":"fails:20261127224547","secret_ref":null},{"name":"PKG_FILE","value":"fails-20261127224547.tar.gz","secret_ref":null}],"repos":[],"steps":[{"type":"script","kind":"shell","body":"exit 4","name":"script"}],"outputs":["IMAGE","PKG_FILE"],"notices":[]}','{"variable/SHARED":"kiln1.d6929744.CiMC7Kv-8vLCFaMNYRyhsNEg3-EGyItEsR40ccqW7hK5hfPjo7JdAaMBk1KeAN9exDltrm5mSuAkrKQv.HGsJAxBts1uK1RRxOvRmgB37bjpVFaR8z0S5hRNzh_j-bfmhMuGyjxVZpQ"}','[]');
INSERT INTO runs VALUES(3,'old','waits','','','queued',1,0,'admin',1795819548595,'{"project_key":"old","build_name":"waits","revision":1,"service_name":"","service_module":"","infrastructure":"vm","timeout_minutes":60,"host_labels":["nowhere"],"pod":null,"variables":[{"name":"CI","value":"true","secret_ref":null},{"name":"ZADIG","value":"true","secret_ref":null},{"name":"DOCKER_HOST","value":"","secret_ref":null},{"name":"SHARED","value":"","secret_ref":"variable/SHARED"},{"name":"PROJECT","value":"old","secret_ref":null},{"name":"WORKFLOW","value":"waits","secret_ref":null},{"name":"TASK_ID","value":"3","secret_ref":null},{"name":"TASK_URL","value":"http://127.0.0.1:18659/runs/3","secret_ref":null},{"name":"BUILD_URL","value":"http://127.0.0.1:18659/runs/3","secret_ref":null},{"name":"SERVICE","value":"","secret_ref":null},{"name":"SERVICE_NAME","value":"","secret_ref":null},{"name":"SERVICE_MODULE","value":"","secret_ref":null},{"name":"IMAGE","value":"waits:20261127224548","secret_ref":null},{"name":"PKG_FILE","value":"waits-20261127224548.tar.gz","secret_ref":null}],"repos":[],"steps":[{"type":"script","kind":"shell","body":"true","name":"script"}],"outputs":["IMAGE","PKG_FILE"],"notices":[]}','{"variable/SHARED":"kiln1.d6929744.CiMC7Kv-8vLCFaMNYRyhsNEg3-EGyItEsR40ccqW7hK5hfPjo7JdAaMBk1KeAN9exDltrm5mSuAkrKQv.HGsJAxBts1uK1RRxOvRmgB37bjpVFaR8z0S5hRNzh_j-bfmhMuGyjxVZpQ"}','[]');
CREATE TABLE run_attempts (
    run_id bigint not null,
    attempt integer not null,
    fence bigint not null,
    agent_id text not null,
    host text not null,
    state text not null,
    primary key (run_id, attempt)
);
INSERT INTO run_attempts VALUES(1,1,1,'e57524bd3ccb425badd12ddc23bd344d','vm','{"status":"passed","progress":"running","reason":"","message":"","exit_code":0,"cause":"","queued_at":1795819546957,"started_at":1795819548997,"ended_at":1795819549968,"seq":5,"log_length":41038,"steps":[{"name":"script","status":"passed","is_preparation":false,"started_at":1795819549710,"ended_at":1795819549956,"log_start":68,"log_end":40964,"message":""}],"repos":[],"outputs":[{"name":"IMAGE","value":"passes:20261127224546","is_credential":false},{"name":"PKG_FILE","value":"passes-20261127224546.tar.gz","is_credential":false}],"artifacts":[],"tests":null}');
INSERT INTO run_attempts VALUES(2,1,1,'e57524bd3ccb425badd12ddc23bd344d','vm','{"status":"failed","progress":"running","reason":"script_failed","message":"The script ended with exit code 4.","exit_code":4,"cause":"","queued_at":1795819547693,"started_at":1795819549033,"ended_at":1795819549974,"seq":5,"log_length":222,"steps":[{"name":"script","status":"failed","is_preparation":false,"started_at":1795819549802,"ended_at":1795819549964,"log_start":68,"log_end":68,"message":"The script ended with exit code 4."}],"repos":[],"outputs":[{"name":"IMAGE","value":"fails:20261127224547","is_credential":false},{"name":"PKG_FILE","value":"fails-20261127224547.tar.gz","is_credential":false}],"artifacts":[],"tests":null}');
INSERT INTO run_attempts VALUES(3,1,0,'','','{"status":"queued","progress":"queued","reason":"","message":"","exit_code":null,"cause":"","queued_at":1795819548595,"started_at":0,"ended_at":0,"seq":0,"log_length":null,"steps":[{"name":"script","status":"waiting","is_preparation":false,"started_at":0,"ended_at":0,"log_start":0,"log_end":0,"message":""}],"repos":[],"outputs":[],"artifacts":[],"tests":null}');
INSERT INTO run_attempts VALUES(2,2,2,'e57524bd3ccb425badd12ddc23bd344d','vm','{"status":"failed","progress":"running","reason":"script_failed","message":"The script ended with exit code 4.","exit_code":4,"cause":"Retried by admin.","queued_at":1795819550678,"started_at":1795819551693,"ended_at":1795819552242,"seq":5,"log_length":233,"steps":[{"name":"script","status":"failed","is_preparation":false,"started_at":1795819552058,"ended_at":1795819552231,"log_start":79,"log_end":79,"message":"The script ended with exit code 4."}],"repos":[],"outputs":[{"name":"IMAGE","value":"fails:20261127224547","is_credential":false},{"name":"PKG_FILE","value":"fails-20261127224547.tar.gz","is_credential":false}],"artifacts":[],"tests":null}');
CREATE TABLE queue (
    run_id integer not null primary key,
    attempt integer not null,
    project_key text not null,
    priority integer not null,
    fair bigint not null,
    ready integer not null,
    queued_at bigint not null,
    agent_id text not null,
    fence bigint not null,
    reported integer not null,
    silent integer not null,
    stop_cause text not null,
    stop_message text not null
);
INSERT INTO queue VALUES(3,1,'old',0,3,1,1795819548595,'',0,0,0,'','');
CREATE TABLE queue_needs (
    run_id bigint not null,
    need text not null,
    primary key (run_id, need)
);
INSERT INTO queue_needs VALUES(3,'label:nowhere');
INSERT INTO queue_needs VALUES(3,'shell:shell');
CREATE TABLE hosts (
    agent_id text not null primary key,
    name text not null,
    info text not null,
    last_seen bigint not null
);
INSERT INTO hosts VALUES('e57524bd3ccb425badd12ddc23bd344d','vm','{"agent_id":"e57524bd3ccb425badd12ddc23bd344d","name":"vm","version":"0.1.0","protocol":1,"os":"linux","arch":"x64","labels":[],"capacity":2,"shells":["shell"],"draining":false}',1795819543528);
CREATE TABLE host_offers (
    agent_id text not null,
    offer text not null,
    primary key (agent_id, offer)
);
INSERT INTO host_offers VALUES('e57524bd3ccb425badd12ddc23bd344d','shell:shell');
CREATE TABLE idempotency_keys (
    scope text not null,
    idempotency_key text not null,
    body_hash text not null,
    run_id bigint not null,
    created_at bigint not null,
    primary key (scope, idempotency_key)
);
CREATE TABLE log_chunks (
    run_id bigint not null,
    attempt integer not null,
    start bigint not null,
    stop bigint not null,
    bytes blob not null,
    primary key (run_id, attempt, start)
);
CREATE TABLE audit (
    id integer not null primary key,
    at bigint not null,
    actor text not null,
    remote text not null,
    method text not null,
    path text not null,
    project_key text not null,
    status integer not null,
    outcome text not null
);
INSERT INTO audit VALUES(1,1795819544000,'admin','127.0.0.1','POST','/openapi/projects/project','',200,'done');
INSERT INTO audit VALUES(2,1795819544000,'admin','127.0.0.1','POST','/openapi/variables?projectKey=old','old',200,'done');
INSERT INTO audit VALUES(3,1795819545000,'admin','127.0.0.1','POST','/openapi/build?projectKey=old','old',200,'done');
INSERT INTO audit VALUES(4,1795819546000,'admin','127.0.0.1','POST','/openapi/build?projectKey=old','old',200,'done');
INSERT INTO audit VALUES(5,1795819546000,'admin','127.0.0.1','PUT','/openapi/build?projectKey=old','old',200,'done');
INSERT INTO audit VALUES(6,1795819546000,'admin','127.0.0.1','POST','/openapi/build?projectKey=old','old',200,'done');
INSERT INTO audit VALUES(7,1795819547000,'admin','127.0.0.1','POST','/openapi/build/passes/runs?projectKey=old','old',202,'done');
INSERT INTO audit VALUES(8,1795819547000,'admin','127.0.0.1','POST','/openapi/build/fails/runs?projectKey=old','old',202,'done');
INSERT INTO audit VALUES(9,1795819548000,'admin','127.0.0.1','POST','/openapi/build/waits/runs?projectKey=old','old',202,'done');
INSERT INTO audit VALUES(10,1795819550000,'admin','127.0.0.1','POST','/openapi/runs/2/retry','old',202,'done');
CREATE INDEX documents_in_order on documents (kind, project_key, id);
CREATE INDEX document_tags_by_tag on document_tags (tag, document_id);
CREATE INDEX runs_by_build on runs (project_key, build_name, run_id);
CREATE INDEX runs_by_project on runs (project_key, run_id);
CREATE INDEX runs_by_status on runs (status, run_id);
CREATE INDEX runs_by_service on runs (service_name, run_id);
CREATE INDEX queue_waiting on queue (agent_id, ready, priority desc, fair, run_id);
CREATE INDEX queue_by_agent on queue (agent_id, fair);
CREATE INDEX queue_by_project on queue (project_key, fair);
CREATE INDEX idempotency_keys_by_age on idempotency_keys (created_at);
CREATE INDEX audit_by_actor on audit (actor, id);
CREATE INDEX audit_by_project on audit (project_key, id);
COMMIT;
