package io.bakstripe.protocol.procedure;

/**
 * One row of the parameter table.
 *
 * @param name the reference's name without {@code @}
 * @param required whether a call without it is refused; a JSON null or T-SQL NULL counts as absent
 */
public record Parameter(String name, ParameterType type, boolean required, String description) {

    static Parameter required(String name, ParameterType type, String description) {
        return new Parameter(name, type, true, description);
    }

    static Parameter optional(String name, ParameterType type, String description) {
        return new Parameter(name, type, false, description);
    }

    /** How the accepted values are described to callers. */
    public String accepts() {
        return type.description();
    }
}
