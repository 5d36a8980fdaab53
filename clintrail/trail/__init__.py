"""Why a cell is what it is: plan and row origins, stored beside the package and walked back to raw cells."""
