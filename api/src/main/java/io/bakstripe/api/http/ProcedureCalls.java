package io.bakstripe.api.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bakstripe.protocol.message.RequestKey;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.TaskId;
import io.bakstripe.protocol.port.Procedures;
import io.bakstripe.protocol.port.TaskFilter;
import io.bakstripe.protocol.port.TaskQueries;
import io.bakstripe.protocol.procedure.BackupRequest;
import io.bakstripe.protocol.procedure.FinishRequest;
import io.bakstripe.protocol.procedure.Procedure;
import io.bakstripe.protocol.procedure.RestoreRequest;
import io.bakstripe.protocol.procedure.TaskRequest;
import io.bakstripe.protocol.task.TaskDetail;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Carries out procedure calls, however they were written: binds them to the parameter table and passes them to the port. */
final class ProcedureCalls {
    private final Procedures procedures;
    private final TaskQueries tasks;

    ProcedureCalls(Procedures procedures, TaskQueries tasks) {
        this.procedures = procedures;
        this.tasks = tasks;
    }

    /**
     * Who calls, for which instance.
     *
     * @param idempotencyKey makes a submission or a cancellation safe to repeat; other calls ignore it
     */
    record Context(InstanceName instance, Caller caller, Optional<String> idempotencyKey) {}

    /** The row of a database that was dropped. */
    record Dropped(@JsonProperty("database_name") DatabaseName database) {}

    /** Makes one call. A caller who may not make it, and malformed arguments, throw before any port is asked. */
    CompletionStage<Rows> call(Procedure procedure, Map<String, ? extends @Nullable Object> raw, Context context) {
        context.caller().require(procedure);
        Procedure.Arguments arguments = procedure.bind(raw);
        return switch (procedure) {
            case RDS_BACKUP_DATABASE -> submit(procedure, BackupRequest.of(arguments), arguments, context);
            case RDS_BACKUP_LOG -> submit(procedure, BackupRequest.ofLog(arguments), arguments, context);
            case RDS_RESTORE_DATABASE -> submit(procedure, RestoreRequest.of(arguments), arguments, context);
            case RDS_RESTORE_LOG -> submit(procedure, RestoreRequest.ofLog(arguments), arguments, context);
            case RDS_FINISH_RESTORE -> submit(procedure, FinishRequest.of(arguments), arguments, context);
            case RDS_DROP_DATABASE ->
                procedures
                        .drop(
                                context.instance(),
                                arguments.required("db_name", DatabaseName.class),
                                context.caller().login())
                        .thenApply(dropped -> new Rows(List.of(new Dropped(dropped))));
            case RDS_CANCEL_TASK ->
                procedures
                        .cancel(
                                context.instance(),
                                new TaskId(arguments.required("task_id", Long.class)),
                                context.caller().login(),
                                key(procedure, arguments, context))
                        .thenApply(row -> new Rows(List.of(row)));
            case RDS_TASK_STATUS -> status(arguments, context.instance());
            case RDS_SET_CONFIGURATION ->
                procedures
                        .setConfiguration(
                                context.instance(),
                                arguments.required("name", String.class),
                                arguments.required("value", String.class))
                        .thenApply(Rows::new);
            case RDS_SHOW_CONFIGURATION ->
                procedures
                        .showConfiguration(context.instance(), arguments.optional("name", String.class))
                        .thenApply(Rows::new);
        };
    }

    private CompletionStage<Rows> submit(
            Procedure procedure, TaskRequest request, Procedure.Arguments arguments, Context context) {
        return procedures
                .submit(context.instance(), request, context.caller().login(), key(procedure, arguments, context))
                .thenApply(row -> new Rows(List.of(row)));
    }

    /** Of the bound arguments, sorted: the order, the case of names and the spelling of numbers make no other call. */
    private static Optional<RequestKey> key(Procedure procedure, Procedure.Arguments arguments, Context context) {
        Map<String, String> canonical = new TreeMap<>();
        arguments.values().forEach((name, value) -> canonical.put(name, value.toString()));
        return CallHash.key(
                context.idempotencyKey(), List.of(context.instance().value(), procedure.wireName(), canonical));
    }

    private CompletionStage<Rows> status(Procedure.Arguments arguments, InstanceName instance) {
        TaskFilter filter = new TaskFilter(
                arguments.optional("db_name", DatabaseName.class),
                arguments.optional("task_id", Long.class).map(TaskId::new),
                Optional.empty(),
                arguments.optional("after_task_id", Long.class).map(TaskId::new),
                arguments.optional("max_rows", Long.class).map(Long::intValue));
        return tasks.tasks(instance, filter)
                .thenApply(found -> new Rows(found.stream().map(TaskDetail::row).toList()));
    }
}
