package io.bakstripe.api.http;

import akka.http.javadsl.model.HttpMethod;
import akka.http.javadsl.model.HttpMethods;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.procedure.Procedure;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Every call below {@code /api/v1} that needs a token, with the least role that may make it. What stands in no row is not routed, so a new call has to
 * say here who may make it.
 *
 * <p>Calls that make procedures ask {@link #leastRole(Procedure)} for each of them as well.
 */
enum ApiCall {
    PROCEDURE(HttpMethods.POST, "procedures/{name}", Role.READER),
    SQL(HttpMethods.POST, "sql", Role.READER),
    INSTANCES(HttpMethods.GET, "instances", Role.READER),
    INSTANCE(HttpMethods.GET, "instances/{instance}", Role.READER),
    DATABASES(HttpMethods.GET, "instances/{instance}/databases", Role.READER),
    DATABASE(HttpMethods.GET, "instances/{instance}/databases/{database}", Role.READER),
    BACKUP_SETS(HttpMethods.GET, "instances/{instance}/databases/{database}/backup-sets", Role.READER),
    READINESS(HttpMethods.GET, "instances/{instance}/databases/{database}/readiness", Role.READER),
    SWAP_BACK(HttpMethods.POST, "instances/{instance}/databases/{database}/swap-back", Role.OPERATOR),
    SNAPSHOTS(HttpMethods.GET, "instances/{instance}/snapshots", Role.READER),
    TAKE_SNAPSHOT(HttpMethods.POST, "instances/{instance}/snapshots", Role.OPERATOR),
    DELETE_SNAPSHOT(HttpMethods.DELETE, "instances/{instance}/snapshots/{snapshot}", Role.MASTER),
    /** Drops databases that others have partially restored. */
    RESTORE_SNAPSHOT(HttpMethods.POST, "instances/{instance}/snapshots/{snapshot}/restore", Role.MASTER),
    TASKS(HttpMethods.GET, "tasks", Role.READER),
    TASK(HttpMethods.GET, "tasks/{task}", Role.READER),
    PROGRESS(HttpMethods.GET, "tasks/{task}/progress", Role.READER),
    METRICS(HttpMethods.GET, "metrics", Role.READER);

    /** The least role that sees the passwords of servers. */
    static final Role SEES_PASSWORDS = Role.MASTER;

    private final HttpMethod method;
    private final List<String> path;
    private final Role leastRole;

    ApiCall(HttpMethod method, String path, Role leastRole) {
        this.method = method;
        this.path = List.of(path.split("/"));
        this.leastRole = leastRole;
    }

    HttpMethod method() {
        return method;
    }

    Role leastRole() {
        return leastRole;
    }

    /** The path below {@code /api/v1}, with names in braces where anything may stand. */
    String path() {
        return String.join("/", path);
    }

    /** The call of this method at this address; empty when there is none. */
    static Optional<ApiCall> find(HttpMethod method, List<String> segments) {
        return at(segments).stream().filter(call -> call.method.equals(method)).findFirst();
    }

    /** The calls at this address, whatever their methods. */
    static List<ApiCall> at(List<String> segments) {
        return Arrays.stream(values()).filter(call -> call.matches(segments)).toList();
    }

    private boolean matches(List<String> segments) {
        if (segments.size() != path.size()) {
            return false;
        }
        for (int index = 0; index < path.size(); index++) {
            String expected = path.get(index);
            if (!expected.startsWith("{") && !expected.equals(segments.get(index))) {
                return false;
            }
        }
        return true;
    }

    /** The least role that may call a procedure, however the call is written. */
    static Role leastRole(Procedure procedure) {
        return switch (procedure) {
            case RDS_TASK_STATUS, RDS_SHOW_CONFIGURATION -> Role.READER;
            case RDS_BACKUP_DATABASE,
                    RDS_BACKUP_LOG,
                    RDS_RESTORE_DATABASE,
                    RDS_RESTORE_LOG,
                    RDS_FINISH_RESTORE,
                    RDS_DROP_DATABASE,
                    RDS_CANCEL_TASK -> Role.OPERATOR;
            case RDS_SET_CONFIGURATION -> Role.MASTER;
        };
    }
}
