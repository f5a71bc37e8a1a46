package io.bakstripe.api.sql;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.procedure.Parameter;
import io.bakstripe.protocol.procedure.Procedure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One {@code exec} statement as it was written, not yet checked against the parameter table.
 *
 * @param database the database that qualifies the procedure, where one does
 * @param schema the schema that qualifies it, where one does
 * @param values in the order in which they were written; those without a name come first
 */
public record SqlCall(Optional<String> database, Optional<String> schema, String name, List<Value> values)
        implements SqlStatement {
    private static final Set<String> DATABASES = Set.of("msdb", "rdsadmin");

    public SqlCall {
        values = List.copyOf(values);
    }

    /**
     * One argument.
     *
     * @param name without {@code @}; absent when the value is given by its position
     * @param value text, a number or null
     */
    public record Value(Optional<String> name, @Nullable Object value) {}

    /** The procedure that is called; throws with {@code PROCEDURE_UNKNOWN}. It is found in {@code msdb} and {@code rdsadmin}, schema {@code dbo}. */
    public Procedure procedure() {
        boolean inPlace = database.map(given -> DATABASES.contains(given.toLowerCase(Locale.ROOT)))
                        .orElse(true)
                && schema.map(given -> given.equalsIgnoreCase("dbo")).orElse(true);
        return Procedure.ofName(inPlace ? name : qualifiedName());
    }

    /** The arguments by name, as {@link Procedure#bind} takes them: values without a name get theirs from the procedure's table. */
    public Map<String, @Nullable Object> arguments(Procedure procedure) {
        Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
        List<Parameter> parameters = procedure.parameters();
        for (int index = 0; index < values.size(); index++) {
            Value value = values.get(index);
            if (value.name().isEmpty() && index >= parameters.size()) {
                throw BackupError.SQL_MALFORMED
                        .problem("%s takes %d values at most, %d are given"
                                .formatted(procedure.wireName(), parameters.size(), values.size()))
                        .asException();
            }
            String parameter = value.name().isPresent()
                    ? value.name().get()
                    : parameters.get(index).name();
            if (arguments.keySet().stream().anyMatch(parameter::equalsIgnoreCase)) {
                throw BackupError.PARAMETER_TWICE
                        .problem(parameter)
                        .on(parameter)
                        .asException();
            }
            arguments.put(parameter, value.value());
        }
        return arguments;
    }

    private String qualifiedName() {
        return database.orElse("") + "." + schema.orElse("") + "." + name;
    }
}
