package io.bakstripe.protocol.stripe;

/**
 * A page of the database that is not what the server once wrote.
 *
 * @param file that holds it, relative to the data directory
 * @param block its number as the engine counts them: from the beginning of the relation, over all of its files
 */
public record DamagedPage(String file, long block) {
    @Override
    public String toString() {
        return file + " block " + block;
    }
}
