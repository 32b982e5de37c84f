module cinnabar.example/checkers/dsse

go 1.22
